internal import NIOCore
internal import PoseWire

/// A request as it goes onto a connection.
enum CallRequest: Sendable {
    case submit(SubmitPoseTransferRequest)
    case streamStatus(StreamStatusRequest)
    case getTask(GetTaskRequest)
    case cancelTask(CancelTaskRequest)
    /// The picture follows the request in chunks.
    case putImage(PutImageRequest, content: ByteBuffer)
    case fetchResult(FetchResultRequest)
    case checkHealth(CheckHealthRequest)
    case listTasks(ListTasksRequest)
    case describeServer(DescribeServerRequest)
    case listUnknown(ListUnknownRequest)
    case resolveTask(ResolveTaskRequest)
    case setEngine(SetEngineRequest)
    case purgeCaller(PurgeCallerRequest)
    case drain(DrainRequest)
    case watchAll(WatchAllRequest)
    case listAllTasks(ListAllTasksRequest)

    var method: WireMethod {
        switch self {
        case .submit: .submitPoseTransfer
        case .streamStatus: .streamStatus
        case .getTask: .getTask
        case .cancelTask: .cancelTask
        case .putImage: .putImage
        case .fetchResult: .fetchResult
        case .checkHealth: .checkHealth
        case .listTasks: .listTasks
        case .describeServer: .describeServer
        case .listUnknown: .listUnknown
        case .resolveTask: .resolveTask
        case .setEngine: .setEngine
        case .purgeCaller: .purgeCaller
        case .drain: .drain
        case .watchAll: .watchAll
        case .listAllTasks: .listAllTasks
        }
    }

    /// What is sent behind the request; nothing where it is no upload.
    var upload: ByteBuffer? {
        guard case .putImage(_, let content) = self else { return nil }
        return content
    }

    /// Appends the REQUEST frame.
    func write(_ codec: WireCodec, call: UInt32, to buffer: inout ByteBuffer) throws(WireError) {
        switch self {
        case .submit(let message): try write(message, codec, call, &buffer)
        case .streamStatus(let message): try write(message, codec, call, &buffer)
        case .getTask(let message): try write(message, codec, call, &buffer)
        case .cancelTask(let message): try write(message, codec, call, &buffer)
        case .putImage(let message, _): try write(message, codec, call, &buffer)
        case .fetchResult(let message): try write(message, codec, call, &buffer)
        case .checkHealth(let message): try write(message, codec, call, &buffer)
        case .listTasks(let message): try write(message, codec, call, &buffer)
        case .describeServer(let message): try write(message, codec, call, &buffer)
        case .listUnknown(let message): try write(message, codec, call, &buffer)
        case .resolveTask(let message): try write(message, codec, call, &buffer)
        case .setEngine(let message): try write(message, codec, call, &buffer)
        case .purgeCaller(let message): try write(message, codec, call, &buffer)
        case .drain(let message): try write(message, codec, call, &buffer)
        case .watchAll(let message): try write(message, codec, call, &buffer)
        case .listAllTasks(let message): try write(message, codec, call, &buffer)
        }
    }

    private func write(
        _ message: some WireMessage, _ codec: WireCodec, _ call: UInt32, _ buffer: inout ByteBuffer
    ) throws(WireError) {
        try codec.write(
            message, as: .request, method: method.rawValue, call: call, hasMore: upload != nil, to: &buffer)
    }
}

/// The payload of a RESPONSE.
enum CallResponse: Sendable {
    case submitted(SubmitPoseTransferResponse)
    case task(PoseWire.TaskSnapshot)
    case imagePut(PutImageResponse)
    case result(ResultHeader)
    case health(CheckHealthResponse)
    case page([PoseWire.TaskSnapshot], next: String, cursor: UInt64)
    case description(DescribeServerResponse)
    case settled(ResolveTaskResponse)
    case engine(PoseWire.EngineHealth)
    case purged(PurgeCallerResponse)
    case draining

    /// Unpacks the answer to a call of `method`; a stream has none.
    init(_ payload: ByteBuffer, to method: WireMethod, _ codec: WireCodec) throws(WireError) {
        switch method {
        case .submitPoseTransfer:
            self = .submitted(try codec.unpack(SubmitPoseTransferResponse.self, from: payload))
        case .getTask: self = .task(try codec.unpack(GetTaskResponse.self, from: payload).task)
        case .cancelTask: self = .task(try codec.unpack(CancelTaskResponse.self, from: payload).task)
        case .putImage: self = .imagePut(try codec.unpack(PutImageResponse.self, from: payload))
        case .fetchResult: self = .result(try codec.unpack(ResultHeader.self, from: payload))
        case .checkHealth: self = .health(try codec.unpack(CheckHealthResponse.self, from: payload))
        case .listTasks, .listAllTasks: self = Self.page(try codec.unpack(ListTasksResponse.self, from: payload))
        case .listUnknown:
            let page = try codec.unpack(ListUnknownResponse.self, from: payload)
            self = .page(page.tasks, next: page.nextPageToken, cursor: 0)
        case .describeServer: self = .description(try codec.unpack(DescribeServerResponse.self, from: payload))
        case .resolveTask: self = .settled(try codec.unpack(ResolveTaskResponse.self, from: payload))
        case .setEngine: self = .engine(try codec.unpack(SetEngineResponse.self, from: payload).engine)
        case .purgeCaller: self = .purged(try codec.unpack(PurgeCallerResponse.self, from: payload))
        case .drain:
            _ = try codec.unpack(DrainResponse.self, from: payload)
            self = .draining
        case .streamStatus, .watchAll: throw WireError(.frameKind, "a RESPONSE to a stream")
        }
    }

    private static func page(_ page: ListTasksResponse) -> CallResponse {
        .page(page.tasks, next: page.nextPageToken, cursor: page.cursor)
    }
}
