import BackendAPI

/// What is wrong with a single value and what to do; without the value, unless that is plainly no secret.
struct ScalarFault: Error, Equatable {
    let message: String
}

/// What each kind of single value must look like. Strict: `yes` is no boolean, `"300"` no number, `0x10` nothing.
enum ScalarRules {
    typealias Outcome = Result<ConfigurationValue, ScalarFault>

    static func text(_ scalar: ResolvedScalar) -> Outcome {
        if scalar.text.isEmpty { return fault("is empty; give a value") }
        if scalar.text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
            return fault("has a line break or another control character; write it in one line")
        }
        if scalar.mayBeNumber, booleans[scalar.text] != nil {
            return fault("is \(scalar.text), but must be text; put it in quotes")
        }
        return .success(.text(scalar.text))
    }

    /// A key or token goes into a header line: visible ASCII, nothing else.
    static func secret(_ scalar: ResolvedScalar) -> Outcome {
        if scalar.text.isEmpty { return fault("is empty; set the variable or file that it comes from") }
        if scalar.text.unicodeScalars.contains(where: { $0.properties.isWhitespace }) {
            return fault("has white space or a line break in it; copy the key again without it")
        }
        if !scalar.text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
            return fault("has a character that no key has (only visible ASCII); copy the key again")
        }
        let plain = scalar.text.uppercased().replacing("-", with: "_")
        if plain.contains("YOUR_API_KEY") {
            return fault("is the example's placeholder; put your own key in its place")
        }
        return .success(.secret(Secret(scalar.text)))
    }

    static func seconds(_ scalar: ResolvedScalar, _ range: ClosedRange<Double>) -> Outcome {
        let wanted = "a number of seconds from \(shortNumber(range.lowerBound)) to \(shortNumber(range.upperBound))"
        if let fault = quoted(scalar, wanted) { return .failure(fault) }
        let isNumber =
            scalar.text.utf8.count <= 20 && scalar.text.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
        guard isNumber, let seconds = Double(scalar.text) else {
            return fault("is no number\(scalar.forPeople); write \(wanted), without a unit")
        }
        guard range.contains(seconds) else { return fault("is out of range\(scalar.forPeople); write \(wanted)") }
        return .success(.seconds(seconds))
    }

    static func integer(_ scalar: ResolvedScalar, _ range: ClosedRange<Int64>) -> Outcome {
        let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        if let fault = quoted(scalar, wanted) { return .failure(fault) }
        let digits = scalar.text.hasPrefix("-") ? scalar.text.dropFirst() : scalar.text[...]
        let isNumber = !digits.isEmpty && digits.utf8.allSatisfy(isDigit) && (digits == "0" || !digits.hasPrefix("0"))
        guard isNumber else { return fault("is no number\(scalar.forPeople); write \(wanted), in digits alone") }
        guard let integer = Int64(scalar.text), range.contains(integer) else {
            return fault("is out of range\(scalar.forPeople); write \(wanted)")
        }
        return .success(.integer(integer))
    }

    static func boolean(_ scalar: ResolvedScalar) -> Outcome {
        if let fault = quoted(scalar, "true or false") { return .failure(fault) }
        guard let boolean = booleans[scalar.text] else {
            return fault("is neither true nor false\(scalar.forPeople); write one of them")
        }
        return .success(.boolean(boolean))
    }

    static func choice(_ scalar: ResolvedScalar, _ words: [String]) -> Outcome {
        guard !words.contains(scalar.text) else { return .success(.text(scalar.text)) }
        let near = scalar.isFromOutside ? nil : nearestName(to: scalar.text, in: words)
        let advice = near.map { "did you mean '\($0)'?" } ?? "write one of: \(words.joined(separator: ", "))"
        return fault("is an unknown word\(scalar.forPeople); \(advice)")
    }

    /// `http://` or `https://`, a host, perhaps a port and a path: no user, query or fragment, as paths are put behind
    /// it.
    static func url(_ scalar: ResolvedScalar) -> Outcome {
        let wanted = "write http:// or https://, a host, and no '?', '#' or '@'"
        let text = scalar.text
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        guard let scheme else { return fault("is no web address\(scalar.forPeople); \(wanted)") }
        let rest = text.dropFirst(scheme.count)
        guard let first = rest.utf8.first, first != UInt8(ascii: "/"), first != UInt8(ascii: ":"),
            text.utf8.count <= 2_048,
            rest.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !"?#@\\\"<>".utf8.contains($0) })
        else { return fault("is no web address that can be used; \(wanted)") }
        return .success(.text(text))
    }

    private static let booleans = [
        "true": true, "True": true, "TRUE": true, "false": false, "False": false, "FALSE": false,
    ]

    private static func fault(_ message: String) -> Outcome { .failure(ScalarFault(message: message)) }

    private static func quoted(_ scalar: ResolvedScalar, _ wanted: String) -> ScalarFault? {
        scalar.mayBeNumber ? nil : ScalarFault(message: "is text in quotes, but must be \(wanted); remove the quotes")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
