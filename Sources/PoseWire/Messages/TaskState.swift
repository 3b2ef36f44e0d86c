/// Where a task stands. A client treats a state that it does not know as not terminal.
public struct TaskState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let unspecified = TaskState(rawValue: 0)
    public static let queued = TaskState(rawValue: 1)
    public static let uploading = TaskState(rawValue: 2)
    public static let submitting = TaskState(rawValue: 3)
    public static let running = TaskState(rawValue: 4)
    public static let downloading = TaskState(rawValue: 5)
    public static let succeeded = TaskState(rawValue: 6)
    public static let failed = TaskState(rawValue: 7)
    public static let cancelled = TaskState(rawValue: 8)

    /// Whether nothing follows.
    public var isTerminal: Bool { (6...8).contains(rawValue) }

    private static let names = [
        "UNSPECIFIED", "QUEUED", "UPLOADING", "SUBMITTING", "RUNNING", "DOWNLOADING", "SUCCEEDED", "FAILED",
        "CANCELLED",
    ]

    public var description: String {
        Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "STATE_\(rawValue)"
    }
}

/// Whether the provider has been paid for any attempt of a task.
public struct Charged: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let unspecified = Charged(rawValue: 0)
    public static let no = Charged(rawValue: 1)
    public static let yes = Charged(rawValue: 2)
    /// Not known (yet).
    public static let unknown = Charged(rawValue: 3)

    public var description: String {
        let names = ["UNSPECIFIED", "NO", "YES", "UNKNOWN"]
        return names.indices.contains(Int(rawValue)) ? names[Int(rawValue)] : "CHARGED_\(rawValue)"
    }
}

/// Yes, no, or not known.
public struct Answer: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Not known.
    public static let unspecified = Answer(rawValue: 0)
    public static let yes = Answer(rawValue: 1)
    public static let no = Answer(rawValue: 2)

    public var description: String {
        switch self {
        case .yes: "yes"
        case .no: "no"
        default: "not known"
        }
    }
}
