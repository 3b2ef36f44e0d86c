/// The methods that this build answers, with the shape of their calls. Any other number is METHOD_UNKNOWN.
package enum WireMethod: UInt16, Sendable, CaseIterable {
    case submitPoseTransfer = 1
    case streamStatus = 2
    case getTask = 3
    case cancelTask = 4
    case listTasks = 5
    case putImage = 6
    case fetchResult = 7
    case checkHealth = 8
    case describeServer = 9
    case listUnknown = 64
    case resolveTask = 65
    case setEngine = 66
    case purgeCaller = 67
    case drain = 68
    case watchAll = 69
    case listAllTasks = 70

    /// As the wire document writes it: `ListTasks`.
    package var name: String {
        let word = "\(self)"
        return word.prefix(1).uppercased() + word.dropFirst()
    }

    /// For callers with admin rights alone.
    package var isAdministrative: Bool { rawValue >= Self.listUnknown.rawValue }

    package var shape: CallShape {
        switch self {
        case .submitPoseTransfer, .getTask, .cancelTask, .listTasks, .checkHealth, .describeServer, .listUnknown,
            .resolveTask, .setEngine, .purgeCaller, .drain, .listAllTasks:
            .unary
        case .streamStatus, .watchAll: .stream
        case .putImage: .upload
        case .fetchResult: .download
        }
    }
}

/// How the frames of a call go.
package enum CallShape: Sendable, Equatable {
    /// REQUEST, then RESPONSE or END with an error.
    case unary
    /// REQUEST, then ITEMs, then END.
    case stream
    /// REQUEST with MORE, then DATA up to one without MORE; RESPONSE or END with an error at any time.
    case upload
    /// REQUEST, then RESPONSE, DATA and END.
    case download
}
