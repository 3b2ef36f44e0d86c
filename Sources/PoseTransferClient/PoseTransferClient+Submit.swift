internal import NIOCore
internal import PoseWire

extension PoseTransferClient {
    /// Makes a task. When this returns, task and pictures are on the server's stable storage.
    ///
    /// A picture of up to 1 MiB goes with the request, a larger one is put first. Where a connection breaks, the same request
    /// goes out again with the same key, so that there is one task however often it was sent.
    ///
    /// Throws `refused` (nothing was made), `cannotConnect` (nothing was sent), `invalidRequest`, and `outcomeUnknown` where it was
    /// sent and no answer came within the configuration's `callTimeout`. Every error bears the `idempotencyKey`: submitting again
    /// with it comes back to the task, or makes it.
    public func submit(_ request: TransferRequest) async throws(PoseTransferError) -> Submitted {
        var random = SystemRandomNumberGenerator()
        let key =
            request.idempotencyKey
            ?? IdempotencyKey.make(unixMilliseconds: WallClock.unixMilliseconds(), random: &random)
        do throws(PoseTransferError) {
            return try await submit(request, key: key)
        } catch {
            var error = error
            error.idempotencyKey = key
            throw error
        }
    }

    private func submit(_ request: TransferRequest, key: String) async throws(PoseTransferError) -> Submitted {
        let server = try await connected()
        do throws(PoseTransferError) {
            return try await attempt(request, key: key, server)
        } catch {
            // A picture that was put can expire before the submit names it. Once is bad luck; twice is told.
            guard error.reason == WireReason.imageUnknown.rawValue, request.hasBytes else { throw error }
            return try await attempt(request, key: key, server)
        }
    }

    private func attempt(
        _ request: TransferRequest, key: String, _ server: ServerInformation
    ) async throws(PoseTransferError) -> Submitted {
        let message = try await message(request, key: key, server)
        let response = try await answer(to: .submit(message), .changes, until: callDeadline)
        guard case .submitted(let submitted) = response else { throw .protocolViolation("an answer of another method") }
        return Submitted(
            task: TaskSnapshot(submitted.task), isDeduplicated: submitted.deduplicated, idempotencyKey: key)
    }

    /// What the server is, which the size of a request depends on.
    private func connected() async throws(PoseTransferError) -> ServerInformation {
        let deadline = callDeadline
        var attempts = RepeatableCall(.reads)
        while true {
            let isFirst = !keeper.hasConnected
            do throws(PoseTransferError) {
                return try await keeper.connection(until: deadline).server
            } catch {
                guard case .again(let wait) = attempts.connectFailed(error, isFirst: isFirst) else { throw error }
                try await pause(wait, failures: 0, until: deadline) { error }
            }
        }
    }

    private func message(
        _ request: TransferRequest, key: String, _ server: ServerInformation
    ) async throws(PoseTransferError) -> SubmitPoseTransferRequest {
        var message = SubmitPoseTransferRequest()
        message.pipeline = request.pipeline
        message.parameters = request.parameters
        message.idempotencyKey = key
        message.labels = request.labels
        message.priority = try Self.priority(request.priority)
        message.taskTimeoutMilliseconds = try Self.milliseconds(request.taskTimeout, "task_timeout_ms")
        message.startByMilliseconds = try Self.milliseconds(request.startBy, "start_by_ms")
        var room = InlineRoom(frameBytesMax: server.frameBytesMax)
        message.sourceImage = try await content(request.source, "source_image", &room)
        message.poseImage = try await content(request.pose, "pose_image", &room)
        return message
    }

    private func content(
        _ image: ImageSource, _ field: String, _ room: inout InlineRoom
    ) async throws(PoseTransferError) -> ImageContent {
        switch image {
        case .stored(let digest): return .sha256(digest.bytes)
        case .url(let url): return .url(url)
        case .path(let path): return .path(path)
        case .bytes(let bytes) where room.takes(bytes.count): return .data(ByteBuffer(bytes: bytes))
        case .bytes(let bytes):
            do throws(PoseTransferError) {
                return .sha256(try await putImage(bytes).digest.bytes)
            } catch {
                throw error.about(field)
            }
        }
    }

    private static func priority(_ priority: Int) throws(PoseTransferError) -> Int32 {
        guard let value = Int32(exactly: priority) else {
            throw .invalidRequest("priority", "priority must be -100 to 100, not \(priority)")
        }
        return value
    }

    private static func milliseconds(_ duration: Duration?, _ field: String) throws(PoseTransferError) -> UInt32 {
        guard let duration else { return 0 }
        guard let milliseconds = duration.wireMilliseconds, milliseconds > 0 else {
            throw .invalidRequest(field, "\(field) must be 1 to \(UInt32.max) ms, not \(duration)")
        }
        return milliseconds
    }
}

extension PoseTransferError {
    /// The refusal of a picture that was put names the fields of that call; the caller knows it by its place in the submit.
    fileprivate func about(_ image: String) -> PoseTransferError {
        guard code == .refused, reason.hasPrefix("IMAGE_") || !field.isEmpty else { return self }
        var error = self
        error.field = "\(image).data"
        return error
    }
}

extension TransferRequest {
    fileprivate var hasBytes: Bool {
        [source, pose].contains {
            if case .bytes = $0 { true } else { false }
        }
    }
}

/// How much of a submit's frame is left for pictures inside it.
struct InlineRoom {
    private var left: Int

    init(frameBytesMax: UInt32) {
        left = Int(frameBytesMax) - ClientLimits.submitOverheadBytes
    }

    /// Whether a picture of so many bytes goes inside; then its room is taken.
    mutating func takes(_ bytes: Int) -> Bool {
        guard bytes <= ClientLimits.inlineImageBytesMax, bytes <= left else { return false }
        left -= bytes
        return true
    }
}
