internal import NIOCore
internal import PoseWire
internal import Synchronization

extension PoseTransferClient {
    /// Fetches an output of a task that has succeeded. Returns when every byte is in the sink and digest and length are right.
    ///
    /// Where the connection breaks it goes on at the byte where it stopped. Throws `refused` (TASK_NOT_ENDED, TASK_FAILED,
    /// OUTPUT_UNKNOWN, RESULT_EXPIRED ...), `resultDamaged`, `sinkFailed` with the sink's error as cause, `cannotConnect` or
    /// `connectionLost` when `reconnectPatience` is over, `deadlineExceeded` when nothing came for `transferTimeout`.
    public func fetchResult(
        of taskID: String, outputIndex: Int = 0, into sink: some ResultSink
    ) async throws(PoseTransferError) -> ResultDescription {
        guard UInt32(exactly: outputIndex) != nil else {
            throw .invalidRequest("output_index", "an output's index is 0 or more, not \(outputIndex)")
        }
        var assembly = ResultAssembly(taskID: taskID, outputIndex: outputIndex)
        var trouble = Trouble(configuration)
        while true {
            let isFirst = !keeper.hasConnected
            let failure: PoseTransferError
            do throws(PoseTransferError) {
                let connection = try await keeper.connection(until: .now() + connectPatience)
                trouble.callOpened(at: .now())
                switch try await download(&assembly, on: connection, sink, &trouble) {
                case .ok: return try assembly.finished()
                case .refused(let error) where error.isPassing: failure = error
                case .refused(let error), .gaveUp(let error): throw error
                case .lost(let error, _): failure = error
                case .overflowed: throw .protocolViolation("events in a download")
                }
            } catch {
                guard !isFirst, error.code == .cannotConnect || error.isPassing else { throw error }
                failure = error
            }
            guard !trouble.isHopeless(failure) else { throw failure }
            let (failures, giveUpAt) = trouble.failed(at: .now())
            try await pause(failure.retryAfter, failures: failures, until: giveUpAt) { failure }
        }
    }

    /// One call: from where the assembly stands to the end, or as far as it goes.
    private func download(
        _ assembly: inout ResultAssembly, on connection: Connection, _ sink: some ResultSink, _ trouble: inout Trouble
    ) async throws(PoseTransferError) -> CallEnding {
        var request = FetchResultRequest()
        request.taskID = assembly.taskID
        request.outputIndex = UInt32(clamping: assembly.outputIndex)
        request.offset = assembly.offset
        let call = connection.start(.fetchResult(request))
        do throws(PoseTransferError) {
            while true {
                switch await call.next(until: transferDeadline) {
                case .ending(let ending): return ending
                case .element(let element):
                    trouble.isOver()
                    try await take(element, &assembly, sink)
                }
            }
        } catch {
            call.giveUp(error)
            throw error
        }
    }

    private func take(
        _ element: CallElement, _ assembly: inout ResultAssembly, _ sink: some ResultSink
    ) async throws(PoseTransferError) {
        switch element {
        case .response(.result(let header)):
            guard let description = try assembly.headerReceived(header) else { return }
            try await Self.sinking { try await sink.begin(description) }
        case .data(let chunk):
            let bytes = try assembly.dataReceived(chunk)
            try await Self.sinking { try await sink.write(bytes) }
        case .response, .event: throw .protocolViolation("an answer of another kind of call in a download")
        }
    }

    private static func sinking(_ body: () async throws -> Void) async throws(PoseTransferError) {
        do {
            try await body()
        } catch {
            throw PoseTransferError(
                .sinkFailed, reason: "SINK_FAILED", message: "the result cannot be taken: \(error)", cause: error)
        }
    }

    /// Fetches an output into memory: for results of up to 64 MiB. Throws as ``fetchResult(of:outputIndex:into:)``, and
    /// `sinkFailed` for a larger one.
    public func result(
        of taskID: String, outputIndex: Int = 0
    ) async throws(PoseTransferError) -> (description: ResultDescription, bytes: [UInt8]) {
        let sink = MemorySink(bytesMax: ClientLimits.resultInMemoryBytesMax)
        let description = try await fetchResult(of: taskID, outputIndex: outputIndex, into: sink)
        return (description, sink.bytes)
    }
}

/// Holds a result in memory, up to a limit.
final class MemorySink: ResultSink {
    struct TooLarge: Error, CustomStringConvertible {
        let size: UInt64
        let bytesMax: Int
        var description: String { "it has \(size) bytes, and at most \(bytesMax) are held in memory" }
    }

    private let bytesMax: Int
    private let content = Mutex([UInt8]())

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    var bytes: [UInt8] { content.withLock { $0 } }

    func begin(_ result: ResultDescription) throws {
        guard result.size <= UInt64(bytesMax) else { throw TooLarge(size: result.size, bytesMax: bytesMax) }
        content.withLock { $0.reserveCapacity(Int(result.size)) }
    }

    func write(_ bytes: [UInt8]) {
        content.withLock { $0 += bytes }
    }
}
