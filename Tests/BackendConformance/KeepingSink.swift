import BackendAPI
import Synchronization

/// Keeps what it is given, up to a limit; remembers whether it was called after it refused.
package final class KeepingSink: ByteSink {
    package struct Full: Error {}

    private struct State {
        var bytes: [UInt8] = []
        var hasRefused = false
        var wasCalledAgain = false
    }

    private let bytesMax: Int
    private let state = Mutex(State())

    package init(bytesMax: Int = .max) { self.bytesMax = bytesMax }

    package var bytes: [UInt8] { state.withLock { $0.bytes } }
    package var wasCalledAgain: Bool { state.withLock { $0.wasCalledAgain } }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            if state.hasRefused { state.wasCalledAgain = true }
            guard state.bytes.count + bytes.count <= bytesMax else {
                state.hasRefused = true
                throw Full()
            }
            state.bytes.append(contentsOf: bytes)
        }
    }
}
