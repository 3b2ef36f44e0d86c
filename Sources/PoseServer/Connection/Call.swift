import NIOCore
import PoseWire

/// One open call, from its REQUEST to its last frame.
final class Call {
    let id: UInt32
    let method: WireMethod
    /// DATA follows its REQUEST.
    let hasMore: Bool
    /// What goes on beyond one question and one answer: a stream, an upload, a download.
    var ongoing: (any OngoingCall)?
    var deadline: Scheduled<Void>?
    /// Bytes of the request that count as held in memory until the call ends.
    var heldBytes = 0
    var isOpen = true
    /// Of an operator's call, until it was written.
    var audit: AuditEntry?

    init(id: UInt32, method: WireMethod, hasMore: Bool) {
        self.id = id
        self.method = method
        self.hasMore = hasMore
    }
}

/// The part of a call that lives longer than its REQUEST is looked at.
protocol OngoingCall: AnyObject {
    /// The call is over, for whatever reason: lets go of files, listeners and memory.
    func callEnded()
}
