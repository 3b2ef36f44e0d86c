import BackendAPI
import HTTPTransport
import RunningHubBackend
import Synchronization
import Testing

/// A transport that answers by a script and refuses what no provider may be sent: a model of the rules, not only a recorder.
final class FakeProvider: HTTPTransport {
    static let key = "0123456789abcdef0123456789abcdef"
    static let base = "https://www.runninghub.example"

    typealias Answer = Result<HTTPResponse, HTTPTransportError>

    private struct State {
        var answers: [Answer]
        var paths: [String] = []
        var bodies: [String] = []
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    convenience init(_ answers: Answer...) { self.init(answers) }

    init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

    var paths: [String] { state.withLock { $0.paths } }
    var bodies: [String] { state.withLock { $0.bodies } }
    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func execute(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let path = request.url.hasPrefix(Self.base) ? String(request.url.dropFirst(Self.base.count)) : request.url
        let body = Self.text(request.body)
        for problem in Self.problems(request, path, body) { Issue.record("illegal request \(path): \(problem)") }
        let answer: Answer? = state.withLock { state in
            if Self.isRun(path), state.paths.contains(where: Self.isRun) { Issue.record("a second create") }
            state.paths.append(path)
            state.bodies.append(body)
            state.requests.append(request)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else {
            Issue.record("more requests than answers: \(path)")
            throw HTTPTransportError(.internal, .nothingSent, message: "no answer left")
        }
        let response = try answer.get()
        guard let sink = request.sink, response.isSuccess else { return response }
        do {
            try response.body.withUnsafeBytes { try sink.write($0) }
        } catch {
            throw HTTPTransportError(.sinkRefused, .maybeSent, message: "refused", cause: error)
        }
        return response
    }

    private static let apiPaths: Set<String> = [
        "/task/openapi/upload", "/task/openapi/create", "/task/openapi/status", "/task/openapi/outputs",
        "/task/openapi/cancel", "/uc/openapi/accountStatus", "/api/openapi/getJsonApiFormat",
        "/openapi/v2/media/upload/binary", "/openapi/v2/run/workflow/1996080571212349442", "/openapi/v2/query",
        "/v1/upload", "/v1/workflows/1996080571212349442/run",
    ]

    private static func isRun(_ path: String) -> Bool {
        path == "/task/openapi/create" || path.hasPrefix("/openapi/v2/run/") || path.hasPrefix("/v1/workflows/")
    }

    private static func problems(_ request: HTTPRequest, _ path: String, _ body: String) -> [String] {
        var problems: [String] = []
        func must(_ condition: Bool, _ rule: String) { if !condition { problems.append(rule) } }
        must((request.delivery == .once) == isRun(path), "create, and only create, is sent once")
        must(request.egress.trustedOrigin?.host == "www.runninghub.example", "the trusted origin is the engine's")
        let isTask = path.hasPrefix("/v1/tasks/")
        guard isTask || request.method == .post else {
            must(request.headers.isEmpty, "a result's host must not see our headers")
            return problems
        }
        must(isTask || apiPaths.contains(path), "no such call")
        must(request.headers == [HTTPHeader("Authorization", "Bearer \(key)")], "the key is the one header")
        must(request.egress.allowedHosts.isEmpty, "a call goes to the engine's own origin alone")
        if path.hasPrefix("/openapi/v2/") || path.hasPrefix("/v1/") {
            must(!body.contains(key), "the key is in the header alone")
        } else {
            let name = path == "/uc/openapi/accountStatus" ? "apikey" : "apiKey"
            must(body.contains("\"\(name)\":\"\(key)\""), "the key is in the body as \(name)")
        }
        must(!isRun(path) || request.time.totalMilliseconds >= 30_000, "create waits at least 30 s")
        let isGraph = path == "/api/openapi/getJsonApiFormat"
        let most = isGraph ? RunningHubLimits.graphBytesMax : RunningHubLimits.replyBytesMax
        must(request.bodyBytesMax <= most, "an answer is bounded")
        return problems
    }

    private static func text(_ body: HTTPRequest.Body) -> String {
        switch body {
        case .none: return ""
        case .json(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .multipart(let parts):
            return parts.map { part in
                switch part.content {
                case .text(let text): "\"\(part.name)\":\"\(text)\""
                case .file(let path, let fileName, let type): "\"\(part.name)\":\(path)|\(fileName)|\(type)"
                }
            }.joined(separator: ",")
        }
    }
}

extension Result<HTTPResponse, HTTPTransportError> {
    static func json(_ text: String) -> Self { .success(HTTPResponse(status: 200, body: Array(text.utf8))) }

    static func code(_ code: Int, _ message: String = "", data: String = "null") -> Self {
        .json(#"{"code":\#(code),"msg":"\#(message)","data":\#(data)}"#)
    }

    static func http(_ status: Int, headers: [HTTPHeader] = [], _ body: String = "") -> Self {
        .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    static func failed(_ code: HTTPTransportError.Code, _ sent: HTTPTransportError.Sent) -> Self {
        .failure(HTTPTransportError(code, sent, message: "scripted"))
    }
}

func configuration(
    _ dialect: RunningHubDialect = .taskOpenAPI,
    outputs: [RunningHubConfiguration.Output] = [.init(node: "10", name: "image")],
    resultHosts: [String] = ["cdn.example"], mayCostMoney: Bool = true
) throws -> RunningHubConfiguration {
    try RunningHubConfiguration(
        dialect: dialect, apiKey: Secret(FakeProvider.key), workflowID: "1996080571212349442",
        baseURL: FakeProvider.base + "/", resultHosts: resultHosts, outputs: outputs, mayCostMoney: mayCostMoney)
}

func backend(
    _ provider: FakeProvider, outputs: [RunningHubConfiguration.Output] = [.init(node: "10", name: "image")],
    resultHosts: [String] = ["cdn.example"], mayCostMoney: Bool = true
) throws -> RunningHubBackend {
    RunningHubBackend(
        try configuration(outputs: outputs, resultHosts: resultHosts, mayCostMoney: mayCostMoney), transport: provider)
}

/// The v2 family.
func backendV2(
    _ provider: FakeProvider, outputs: [RunningHubConfiguration.Output] = [.init(node: "10", name: "image")]
) throws -> RunningHubBackend {
    var configuration = try configuration(outputs: outputs)
    configuration.usesV2 = true
    return RunningHubBackend(configuration, transport: provider)
}

let run = RunID(rawValue: "1900000000000000001")

let pose = RunRequest(
    images: [
        "raw_image": PreparedImage(handle: "api/aa.png", lifetimeSeconds: 60),
        "pose_image": PreparedImage(handle: "api/bb.jpg", lifetimeSeconds: 60),
    ], parameters: [:], marker: "m")

extension SubmitOutcome {
    var error: BackendError? {
        switch self {
        case .accepted: nil
        case .acceptedButInvalid(_, let error), .refused(let error), .unknown(let error): error
        }
    }
    var kind: String {
        switch self {
        case .accepted: "accepted"
        case .acceptedButInvalid: "accepted but invalid"
        case .refused: "refused"
        case .unknown: "unknown"
        }
    }
}
