import HTTPTransport
import Synchronization
import Testing

/// A request to a test server, whose origin is trusted.
func request(
    _ method: HTTPRequest.Method, _ url: String, headers: [HTTPHeader] = [], body: HTTPRequest.Body = .none,
    delivery: HTTPRequest.Delivery = .repeatable, milliseconds: Int = 60_000, bodyBytesMax: Int64 = 1_048_576,
    sink: (any HTTPBodySink)? = nil
) throws -> HTTPRequest {
    HTTPRequest(
        method, url, headers: headers, body: body, delivery: delivery,
        egress: EgressPolicy(trustedOrigin: try HTTPURL(url).origin),
        time: HTTPTimeLimits(connectMilliseconds: milliseconds, totalMilliseconds: milliseconds),
        bodyBytesMax: bodyBytesMax, sink: sink)
}

/// The error of a request that must fail.
func failure(_ transport: CurlTransport, _ request: HTTPRequest) async throws -> HTTPTransportError {
    do throws(HTTPTransportError) {
        let response = try await transport.execute(request)
        throw HTTPTransportError(.internal, .maybeSent, message: "unexpected answer \(response.status)")
    } catch {
        return error
    }
}

func answer(_ body: String, status: String = "200 OK", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// Keeps what it is given; refuses once there are more than `bytesMax`.
final class KeepingSink: HTTPBodySink {
    struct Full: Error {}
    private let bytesMax: Int
    private let kept = Mutex<[UInt8]>([])

    init(bytesMax: Int = .max) { self.bytesMax = bytesMax }

    var bytes: [UInt8] { kept.withLock { $0 } }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try kept.withLock { kept in
            guard kept.count + bytes.count <= bytesMax else { throw Full() }
            kept.append(contentsOf: bytes)
        }
    }
}
