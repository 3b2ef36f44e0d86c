import BackendAPI
import Synchronization

/// An intake that a backend fills and the engine finishes, maybe from different threads.
///
/// `write` throws when the bytes are refused; `refusal` remembers why. A download that goes on after `discard` gets an
/// error.
package final class ResultSink: ByteSink {
    private struct State: ~Copyable {
        var intake: ImageIntake
        var refusal: IntakeError?

        /// Keeps the first refusal of the bytes; a call that came too late is none.
        mutating func remember(_ error: IntakeError) {
            if refusal == nil, error.code != .closed { refusal = error }
        }
    }

    private let state: Mutex<State>

    package init(
        into store: any ImageStore, sizeLimitBytes: Int64 = EngineLimits.imageBytesMax,
        pixelLimit: Int64 = EngineLimits.imagePixelsMax, sizeBytes: Int64? = nil
    ) throws(IntakeError) {
        state = Mutex(
            State(
                intake: try ImageIntake(
                    into: store, sizeLimitBytes: sizeLimitBytes, pixelLimit: pixelLimit, sizeBytes: sizeBytes)))
    }

    /// Why bytes, or the whole, were refused.
    package var refusal: IntakeError? { state.withLock { $0.refusal } }

    package var sizeBytes: Int64 { state.withLock { $0.intake.sizeBytes } }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(IntakeError) {
        try state.withLock { (state) throws(IntakeError) in
            do throws(IntakeError) { try state.intake.write(bytes) } catch {
                state.remember(error)
                throw error
            }
        }
    }

    /// As `ImageIntake.finish`.
    package func finish(
        expecting digest: ContentDigest? = nil, sizeBytes: Int64? = nil, mediaType: String? = nil
    ) throws(IntakeError) -> StoredImage {
        try state.withLock { (state) throws(IntakeError) in
            do throws(IntakeError) {
                return try state.intake.finish(expecting: digest, sizeBytes: sizeBytes, mediaType: mediaType)
            } catch {
                state.remember(error)
                throw error
            }
        }
    }

    package func discard() { state.withLock { $0.intake.discard() } }
}
