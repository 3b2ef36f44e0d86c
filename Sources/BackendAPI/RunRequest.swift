/// The provider's own name of a run. Opaque; providers use numbers beyond 2^53, so it is text.
public struct RunID: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }
}

/// An input image as a file that stays unchanged while a call uses it.
public struct ImageFile: Sendable, Equatable {
    public var path: String
    /// Lower-case hex digits of the content's SHA-256.
    public var sha256: String
    public var sizeBytes: Int64
    /// `image/jpeg`, `image/png` or `image/webp`, judged from the bytes.
    public var mediaType: String

    public init(path: String, sha256: String, sizeBytes: Int64, mediaType: String) {
        self.path = path
        self.sha256 = sha256
        self.sizeBytes = sizeBytes
        self.mediaType = mediaType
    }
}

/// An image that the provider has: what to name it by, and for how long that works.
public struct PreparedImage: Sendable, Equatable {
    /// The provider's reference, passed back verbatim in `RunRequest`.
    public var handle: String
    /// Seconds for which the handle may be used again.
    public var lifetimeSeconds: Int64

    public init(handle: String, lifetimeSeconds: Int64) {
        self.handle = handle
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// Everything that one run needs.
public struct RunRequest: Sendable, Equatable {
    /// Handles by input name: `raw_image` (the person) and `pose_image` (the pose).
    public var images: [String: PreparedImage]
    /// Declared parameters by name.
    public var parameters: [String: String]
    /// Unguessable text that is new for each attempt and was committed before the call; a backend may hand it on for correlation.
    public var marker: String

    public init(images: [String: PreparedImage], parameters: [String: String], marker: String) {
        self.images = images
        self.parameters = parameters
        self.marker = marker
    }

    /// The names of the two inputs of a pose transfer.
    public static let sourceInput = "raw_image"
    public static let poseInput = "pose_image"
}
