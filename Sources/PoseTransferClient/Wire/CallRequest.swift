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

    var method: WireMethod {
        switch self {
        case .submit: .submitPoseTransfer
        case .streamStatus: .streamStatus
        case .getTask: .getTask
        case .cancelTask: .cancelTask
        case .putImage: .putImage
        case .fetchResult: .fetchResult
        case .checkHealth: .checkHealth
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
        default: throw WireError(.frameKind, "a RESPONSE to a stream")
        }
    }
}
