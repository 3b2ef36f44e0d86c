/// Text that may have been written as a number or a boolean; `nil` for null and for anything else.
///
/// Ids have 19 digits, beyond what a binary fraction can hold: an integer is read as an integer.
struct LenientText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let string = try? value.decode(String.self) {
            text = string
        } else if let integer = try? value.decode(Int64.self) {
            text = String(integer)
        } else if let integer = try? value.decode(UInt64.self) {
            text = String(integer)
        } else if let fraction = try? value.decode(Double.self) {
            text = String(fraction)
        } else {
            text = (try? value.decode(Bool.self)).map { String($0) }
        }
    }
}

extension KeyedDecodingContainer {
    /// Missing, null and unreadable alike are `nil`: what is not needed must not hide what is there.
    func lenientText(_ key: Key) -> String? { (try? decodeIfPresent(LenientText.self, forKey: key))?.text }

    func lenientInteger(_ key: Key) -> Int? { lenientText(key).flatMap { Int($0) } }

    func lenient<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        try? decodeIfPresent(type, forKey: key)
    }
}
