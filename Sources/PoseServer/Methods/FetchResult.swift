import EngineCore
import PoseWire

/// Method 7: RESPONSE with what the output is, its bytes in DATA, END OK.
enum FetchResult {
    static func begin(_ request: FetchResultRequest, _ call: Call, _ connection: ConnectionHandler) {
        connection.findTask(request.taskID, for: call) { view in
            switch judge(request, view.record, expiredBefore: expiry(connection.services)) {
            case .failure(let refusal): connection.fail(call, refusal)
            case .success(let output): open(output, of: view.record, request, call, connection)
            }
        }
    }

    /// The results of tasks that ended before this are past their retention, in Unix milliseconds.
    private static func expiry(_ services: ServerServices) -> Int64 {
        let kept = Int64(clamping: services.configuration.limits.resultRetentionMilliseconds)
        let (expiry, overflow) = services.clock.now().unix.subtractingReportingOverflow(kept)
        return overflow ? .min : expiry
    }

    private static func judge(_ request: FetchResultRequest, _ record: TaskRecord, expiredBefore expiry: Int64)
        -> Result<TaskOutput, WireError>
    {
        switch record.state {
        case .queued, .uploading, .submitting, .running, .downloading:
            return .failure(WireError(.taskNotEnded, "the task has not ended; watch it", field: "task_id"))
        case .failed:
            return .failure(WireError(.taskFailed, "the task failed: it has no result", field: "task_id"))
        case .cancelled:
            return .failure(WireError(.taskCancelled, "the task was cancelled: it has no result", field: "task_id"))
        case .succeeded: break
        }
        guard let index = Int(exactly: request.outputIndex), record.outputs.indices.contains(index) else {
            return .failure(
                WireError(
                    .outputUnknown, "there is no output \(request.outputIndex): the first is 0", field: "output_index"))
        }
        let output = record.outputs[index]
        guard record.times.ended >= expiry else { return .failure(.resultExpired) }
        guard request.offset <= UInt64(clamping: output.image.sizeBytes) else {
            return .failure(
                WireError(.offsetAhead, "the output has \(output.image.sizeBytes) bytes", field: "offset"))
        }
        return .success(output)
    }

    private static func open(
        _ output: TaskOutput, of record: TaskRecord, _ request: FetchResultRequest, _ call: Call,
        _ connection: ConnectionHandler
    ) {
        let images = connection.services.images
        connection.onPool(call) {
            do throws(StoreError) {
                return try images.open(output.image.digest)
            } catch {
                guard error.code == .missing else { throw error }
                throw WireError.resultExpired
            }
        } then: { file in
            connection.beginResponse(call, header(of: output, record, request))
            Download(file, from: Int64(clamping: request.offset), call: call, connection: connection).begin()
        }
    }

    private static func header(of output: TaskOutput, _ record: TaskRecord, _ request: FetchResultRequest)
        -> ResultHeader
    {
        var header = ResultHeader()
        header.sizeBytes = UInt64(clamping: output.image.sizeBytes)
        header.sha256 = output.image.digest.bytes
        header.mediaType = output.image.mediaType
        header.fileName = fileName(of: output, record.id)
        header.offset = request.offset
        header.outputCount = UInt32(clamping: record.outputs.count)
        return header
    }

    /// Safe on every file system: the task's id, the output's name where it is plain, and the kind of image.
    private static func fileName(of output: TaskOutput, _ id: TaskID) -> String {
        let isPlain = output.name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        let name = isPlain && !output.name.isEmpty ? "\(id)-\(output.name)" : "\(id)"
        switch output.image.mediaType {
        case "image/png": return name + ".png"
        case "image/jpeg": return name + ".jpg"
        case "image/webp": return name + ".webp"
        default: return name
        }
    }
}

extension WireError {
    fileprivate static let resultExpired = WireError(
        .resultExpired, "the result is past its retention", field: "task_id")
}
