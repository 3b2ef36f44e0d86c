import PoseWire

/// Limits that the fields of several requests share. Each check gives the refusal, or nil where all is well.
enum FieldChecks {
    static func labels(_ labels: [String: String]) -> WireError? {
        guard labels.count <= WireLimits.labelsMax else {
            return .fieldInvalid("labels", "at most \(WireLimits.labelsMax) labels are allowed")
        }
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            if name.isEmpty || name.utf8.count > WireLimits.labelKeyBytesMax {
                return .fieldInvalid("labels", "a label's name has 1 to \(WireLimits.labelKeyBytesMax) bytes")
            }
            if value.utf8.count > WireLimits.labelValueBytesMax {
                return .fieldInvalid(
                    "labels.\(name)", "a label's value has at most \(WireLimits.labelValueBytesMax) bytes")
            }
        }
        return nil
    }

    static func parameters(_ parameters: [String: String]) -> WireError? {
        let bytes = parameters.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard parameters.count > WireLimits.parametersMax || bytes > WireLimits.parameterBytesMax else {
            return nil
        }
        return .fieldInvalid(
            "parameters",
            "at most \(WireLimits.parametersMax) parameters of together "
                + "\(WireLimits.parameterBytesMax) bytes are allowed")
    }

    /// A valid W3C traceparent, else empty: an invalid one is ignored.
    static func traceparent(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let length = PoseServerLimits.traceparentBytesMin
        guard bytes.count >= length, bytes.count <= PoseServerLimits.traceparentBytesMax else { return "" }
        let parts = bytes.prefix(length).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2], parts.allSatisfy({ $0.allSatisfy(isLowerHex) }) else { return "" }
        let isVersionZero = parts[0].elementsEqual("00".utf8)
        guard !parts[0].elementsEqual("ff".utf8), !isVersionZero || bytes.count == length,
            bytes.count == length || bytes[length] == UInt8(ascii: "-")
        else { return "" }
        let areZero = [parts[1], parts[2]].contains { $0.allSatisfy { $0 == UInt8(ascii: "0") } }
        return areZero ? "" : text
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
