/// Why the simulator does not start, or does not take a setting.
package struct SimulatorError: Error, Equatable, Sendable, CustomStringConvertible {
    package struct Code: Equatable, Sendable {
        package let name: String
        package static let invalidConfiguration = Code(name: "INVALID_CONFIGURATION")
        package static let invalidFaults = Code(name: "INVALID_FAULTS")
        package static let cannotListen = Code(name: "CANNOT_LISTEN")
    }

    package let code: Code
    package let message: String
    package let cause: String?

    package init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String {
        guard let cause else { return "\(code.name): \(message)" }
        return "\(code.name): \(message) (\(cause))"
    }
}
