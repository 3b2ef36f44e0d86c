import Logging
import PoseWire

/// What the audit log says of one call of an operator; written once, when its outcome is known.
struct AuditEntry {
    var caller: String
    var method: WireMethod
    /// In the operator's words.
    var note = ""
    /// What the call is about: `task`, `engine`, `target` (a caller) and so on.
    var about: [String: String] = [:]

    static let succeeded = "OK"
    /// The connection was lost before the call had ended: what it asked for may have happened.
    static let connectionLost = "CONNECTION_LOST"

    /// `outcome`: `OK`, `CONNECTION_LOST`, or the reason of the error that ended the call.
    func write(to logger: Logger, outcome: String) {
        var metadata: Logger.Metadata = [
            "caller": "\(caller)", "method": "\(method.name)", "note": "\(note)", "outcome": "\(outcome)",
        ]
        for (key, value) in about { metadata[key] = "\(value)" }
        logger.notice("admin call", metadata: metadata)
    }
}

/// What an operator's request says of itself.
protocol AdminRequest: CallRequest {
    var auditNote: String { get }
    var auditAbout: [String: String] { get }
}

extension AdminRequest {
    var auditNote: String { "" }
    var auditAbout: [String: String] { [:] }
}

extension ListUnknownRequest: AdminRequest {}
extension WatchAllRequest: AdminRequest {}

extension ListAllTasksRequest: AdminRequest {
    var auditAbout: [String: String] { caller.isEmpty ? [:] : ["target": caller] }
}

extension ResolveTaskRequest: AdminRequest {
    var auditNote: String { note }
    var auditAbout: [String: String] {
        var about = ["task": taskID]
        switch verdict {
        case .none: break
        case .adoptRun(let run):
            about["verdict"] = "adopt_run"
            about["run"] = run
        case .notCharged: about["verdict"] = "not_charged"
        case .submitAgain: about["verdict"] = "submit_again"
        }
        return about
    }
}

extension SetEngineRequest: AdminRequest {
    var auditNote: String { note }
    var auditAbout: [String: String] { ["engine": engine, "paused": "\(isPaused)"] }
}

extension PurgeCallerRequest: AdminRequest {
    var auditNote: String { note }
    var auditAbout: [String: String] { ["target": caller] }
}

extension DrainRequest: AdminRequest {
    var auditNote: String { note }
}
