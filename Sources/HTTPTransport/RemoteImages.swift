package import BackendAPI
import EngineCore

/// Pictures at callers' addresses: https, hosts that the operator named, public addresses, no credentials.
///
/// Redirects are followed by hand, a few of them, and each place is judged like the first. Nothing is repeated.
package struct RemoteImages: ImageFetcher {
    private let transport: any HTTPTransport
    private let egress: EgressPolicy
    private let milliseconds: Int

    /// `hosts` as in `EgressPolicy.allowedHosts`; with none, no address is allowed. `trustedForTests` is a place that tests may use over
    /// plain http on loopback; no configuration leads there.
    package init(
        transport: any HTTPTransport, hosts: [String], milliseconds: Int = RemoteImagesLimits.totalMilliseconds,
        trustedForTests: HTTPOrigin? = nil
    ) {
        self.transport = transport
        self.milliseconds = milliseconds
        egress = EgressPolicy(trustedOrigin: trustedForTests, allowedHosts: hosts)
    }

    package func refusal(of url: String) -> String? {
        do throws(BackendError) {
            _ = try admitted(url)
            return nil
        } catch {
            return error.message
        }
    }

    /// `permanent` also where the place is not, or no longer, allowed; `refusedBySink` also where there are more bytes than an image may
    /// have.
    package func fetch(_ url: String, to sink: any ByteSink) async throws(BackendError) {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        var next = url
        for _ in 0...RemoteImagesLimits.redirectsMax {
            let place = try admitted(next)
            let answer = try await self.answer(of: next, at: place, until: end, to: sink)
            guard let location = try FetchedAnswer.location(in: answer, of: place.origin) else { return }
            do { next = try place.following(location) } catch {
                throw .fetch(
                    .permanent, "redirect", "\(place.origin) leads to an address that cannot be read: \(error.message)")
            }
        }
        throw .fetch(
            .permanent, "redirects",
            "the address leads on more than \(RemoteImagesLimits.redirectsMax) times: give the last one")
    }

    private func admitted(_ text: String) throws(BackendError) -> HTTPURL {
        let url: HTTPURL
        do throws(HTTPTransportError) { url = try HTTPURL(text) } catch {
            throw .fetch(.permanent, "url", "\(error.message): give an https address")
        }
        if egress.rule(for: url.origin) != nil { return url }
        guard !egress.allowedHosts.isEmpty else {
            throw .fetch(.permanent, "place", "this server reads no pictures from addresses: send the picture itself")
        }
        throw .fetch(
            .permanent, "place",
            "pictures are not read from \(url.origin): use https and a host that this server allows, or send the picture itself"
        )
    }

    private func answer(
        of text: String, at place: HTTPURL, until end: ContinuousClock.Instant, to sink: any ByteSink
    ) async throws(BackendError) -> HTTPResponse {
        let left = (end - ContinuousClock.now) / .milliseconds(1)
        let time = HTTPTimeLimits(
            connectMilliseconds: RemoteImagesLimits.connectMilliseconds, totalMilliseconds: max(1, Int(left)),
            slowest: RemoteImagesLimits.slowest)
        let request = HTTPRequest(
            .get, text, headers: [HTTPHeader("Accept", "image/png, image/jpeg, image/webp")], egress: egress,
            time: time, bodyBytesMax: EngineLimits.imageBytesMax, sink: PassingSink(sink: sink))
        do throws(HTTPTransportError) {
            return try await transport.execute(request)
        } catch {
            throw FetchedAnswer.failure(error, of: place.origin)
        }
    }
}

private struct PassingSink: HTTPBodySink {
    let sink: any ByteSink
    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(bytes) }
}

/// What an answer, or none, means for a fetch.
private enum FetchedAnswer {
    /// Where it leads on; nil: the picture was read.
    static func location(in answer: HTTPResponse, of origin: HTTPOrigin) throws(BackendError) -> String? {
        let code = "HTTP \(answer.status)"
        switch answer.status {
        case 200, 203: return nil
        case 301, 302, 303, 307, 308:
            if let location = answer.header("Location"), !location.isEmpty { return location }
            throw .fetch(.permanent, code, "\(origin) leads on and does not say where to")
        case 429:
            throw .fetch(
                .backpressure(retryAfterMilliseconds: answer.retryAfterMilliseconds), code,
                "\(origin) has had too many requests")
        case 408, 500...599: throw .fetch(.transient, code, "\(origin) answered \(code)")
        default:
            throw .fetch(
                .permanent, code, "\(origin) answered \(code): give an address that can be read without a login")
        }
    }

    static func failure(_ error: HTTPTransportError, of origin: HTTPOrigin) -> BackendError {
        .fetch(
            errorClass(error.code), error.code.rawValue, "the picture at \(origin) could not be read: \(error.message)")
    }

    private static func errorClass(_ code: HTTPTransportError.Code) -> BackendError.Class {
        switch code {
        case .sinkRefused, .bodyTooLarge: .refusedBySink
        case .invalidRequest, .placeRefused, .addressRefused, .fileUnreadable, .certificate, .headerTooLarge: .permanent
        case .resolve, .connect, .tls, .timeout, .closed, .malformedAnswer, .cancelled, .overloaded, .shutDown,
            .internal:
            .transient
        }
    }
}

extension BackendError {
    /// The message is cut, and has neither control characters nor more of an address than its origin.
    fileprivate static func fetch(_ errorClass: Class, _ code: String, _ message: String) -> BackendError {
        let plain = message.unicodeScalars.prefix(RemoteImagesLimits.messageCharactersMax).map { scalar in
            scalar.properties.generalCategory == .control ? "?" : String(scalar)
        }
        return BackendError(errorClass, code: code, message: plain.joined())
    }
}
