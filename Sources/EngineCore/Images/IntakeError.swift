/// Why an image did not come into the store.
package struct IntakeError: Error, Sendable, Equatable {
    package enum Code: Sendable, Equatable {
        case image(ImageProblem.Code)
        /// More or fewer bytes than announced.
        case sizeMismatch
        /// Other bytes than announced.
        case digestMismatch
        /// The bytes are another kind of image than announced.
        case mediaTypeMismatch
        case store(StoreError.Code)
        /// The intake was finished or discarded before.
        case closed
    }

    package var code: Code
    /// For people: what is wrong and where.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package init(_ problem: ImageProblem) { self.init(.image(problem.code), problem.message) }

    package init(_ error: StoreError) { self.init(.store(error.code), error.message) }

    /// Stable upper-case word; for all but the store's and `closed` it is the wire's reason.
    package var reason: String {
        switch code {
        case .image(let code): code.rawValue
        case .sizeMismatch: "SIZE_MISMATCH"
        case .digestMismatch: "DIGEST_MISMATCH"
        case .mediaTypeMismatch: "MEDIA_TYPE_MISMATCH"
        case .store(let code): code.rawValue
        case .closed: "INTAKE_CLOSED"
        }
    }

    static var closed: IntakeError {
        IntakeError(.closed, "the image was finished or given up before; begin a new one")
    }
}
