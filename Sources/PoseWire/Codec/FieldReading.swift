import CProtobufC

/// Reading of C fields: the only places that look behind protobuf-c's pointers. Sound: each is called inside `WireCodec.unpack`, while the arena holds
/// the message, and copies what it returns.
extension ProtobufCBinaryData {
    var copied: [UInt8] {
        guard let data, len > 0 else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: len))
    }

    /// UTF-8 without NUL and within its limit, or TEXT_INVALID / FIELD_INVALID with the field's path.
    func text(_ field: String, bytesMax: Int = .max) throws(WireError) -> String {
        guard let data, len > 0 else { return "" }
        guard len <= bytesMax else {
            throw WireError(.fieldInvalid, "'\(field)' has \(len) bytes; at most \(bytesMax) are allowed", field: field)
        }
        let bytes = UnsafeBufferPointer(start: data, count: len)
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw WireError(.textInvalid, "'\(field)' must be UTF-8 without NUL", field: field)
        }
        return text
    }
}

/// The elements of a repeated message field. A null element cannot come out of protobuf-c and is passed over.
func elements<C>(_ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?) -> [C] {
    guard let pointers, count > 0 else { return [] }
    return (0..<count).compactMap { pointers[$0]?.pointee }
}

/// The values of a repeated field that is no message.
func elements<Value>(_ count: Int, _ values: UnsafeMutablePointer<Value>?) -> [Value] {
    guard let values, count > 0 else { return [] }
    return (0..<count).map { values[$0] }
}
