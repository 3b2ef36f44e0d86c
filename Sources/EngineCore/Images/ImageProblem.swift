/// Why some bytes are no image that is taken.
package struct ImageProblem: Error, Sendable, Equatable {
    /// The wire's reasons.
    package enum Code: String, Sendable {
        /// No JPEG, PNG or WebP; broken, cut off, animated, or with something else behind its end.
        case format = "IMAGE_FORMAT"
        /// Too many bytes or pixels, or a side too long.
        case tooLarge = "IMAGE_TOO_LARGE"
        case empty = "IMAGE_EMPTY"
    }

    package var code: Code
    /// For people: what is wrong and where.
    package var message: String
    /// Place of the first byte at fault, from 0.
    package var offset: Int64

    package init(_ code: Code, _ message: String, at offset: Int64) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    static var empty: ImageProblem { ImageProblem(.empty, "the image has no bytes", at: 0) }

    static func broken(_ kind: ImageKind, at offset: Int64, _ what: String) -> ImageProblem {
        ImageProblem(.format, "broken \(kind.name) at byte \(offset): \(what)", at: offset)
    }

    static func cutOff(_ kind: ImageKind, at offset: Int64, _ what: String) -> ImageProblem {
        ImageProblem(.format, "\(kind.name) cut off at byte \(offset): \(what)", at: offset)
    }

    static func animated(_ kind: ImageKind, at offset: Int64) -> ImageProblem {
        ImageProblem(.format, "animated \(kind.name) (byte \(offset)): only still images are taken", at: offset)
    }

    static func behindEnd(_ kind: ImageKind, at offset: Int64) -> ImageProblem {
        ImageProblem(
            .format, "the \(kind.name) ends at byte \(offset), but other bytes follow: send the image alone", at: offset
        )
    }

    static func tooManyBytes(limit: Int64, at offset: Int64) -> ImageProblem {
        ImageProblem(.tooLarge, "the image has more than \(limit) bytes, which is the limit", at: offset)
    }
}
