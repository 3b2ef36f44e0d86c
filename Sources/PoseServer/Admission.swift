import Synchronization

/// What all connections of a server share: how many there are, and how many bytes of requests they hold in memory.
final class Admission: Sendable {
    private struct State {
        var connections = 0
        var requestBytes = 0
        /// Called once when bytes come free; each wakes one event loop.
        var waiting: [@Sendable () -> Void] = []
    }

    private let connectionsMax: Int
    private let requestBytesMax: Int
    private let state = Mutex(State())

    init(connectionsMax: Int, requestBytesMax: Int) {
        self.connectionsMax = connectionsMax
        self.requestBytesMax = requestBytesMax
    }

    /// Whether one more connection is taken; each that was is given back with `connectionClosed`.
    func takeConnection() -> Bool {
        state.withLock { state in
            guard state.connections < connectionsMax else { return false }
            state.connections += 1
            return true
        }
    }

    func connectionClosed() { state.withLock { $0.connections -= 1 } }

    var connections: Int { state.withLock { $0.connections } }
    var requestBytes: Int { state.withLock { $0.requestBytes } }

    /// Takes `bytes` of the budget. Where there is no room, `wake` is called once after some was given back, and the caller asks again.
    /// A frame is taken alone even when it is larger than the whole budget, so that no limit can stop it for ever.
    func reserve(_ bytes: Int, wake: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.requestBytes == 0 || state.requestBytes + bytes <= requestBytesMax else {
                state.waiting.append(wake)
                return false
            }
            state.requestBytes += bytes
            return true
        }
    }

    /// Counts bytes that are in memory already.
    func count(_ bytes: Int) { state.withLock { $0.requestBytes += bytes } }

    func release(_ bytes: Int) {
        if bytes == 0 { return }
        let waiting = state.withLock { state in
            state.requestBytes -= bytes
            defer { state.waiting = [] }
            return state.waiting
        }
        for wake in waiting { wake() }
    }
}
