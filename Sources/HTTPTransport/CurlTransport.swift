import CCurl

/// `HTTPTransport` over libcurl: one multi handle on one thread, shared by every engine of the program.
package final class CurlTransport: HTTPTransport {
    package struct Configuration: Sendable {
        /// PEM file of trusted certificates in place of the system's.
        package var certificateFile: String?

        package init(certificateFile: String? = nil) { self.certificateFile = certificateFile }
    }

    private let engine: CurlEngine
    private let thread: CurlThread

    /// Starts the thread. Throws `.internal` where the system gives no memory or thread.
    package init(_ configuration: Configuration = Configuration()) throws(HTTPTransportError) {
        let trust = CurlTransfer.TrustStore(certificateFile: configuration.certificateFile)
        guard Self.isInitialised, let engine = CurlEngine(trust), let thread = CurlThread({ engine.run() }) else {
            throw HTTPTransportError(.internal, .nothingSent, message: "libcurl or its thread could not be started")
        }
        self.engine = engine
        self.thread = thread
    }

    deinit { shutdown() }

    /// libcurl's own start, once in the process.
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Ends the thread and waits for it. Requests under way end with `.shutDown`, later ones are refused with it.
    package func shutdown() {
        engine.stop()
        thread.join()
    }

    package func execute(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let transfer = try Self.admitted(request)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.continuation = continuation
                engine.add(transfer)
            }
        } onCancel: {
            engine.cancel(transfer)
        }
        return try outcome.get()
    }

    /// Judges the request before anything is dialled.
    private static func admitted(_ request: HTTPRequest) throws(HTTPTransportError) -> CurlTransfer {
        let url = try HTTPURL(request.url)
        guard let rule = request.egress.rule(for: url.origin) else {
            throw HTTPTransportError(
                .placeRefused, .nothingSent, message: "requests to \(url.origin) are not allowed by the configuration")
        }
        if let problem = request.problem {
            throw HTTPTransportError(.invalidRequest, .nothingSent, message: problem)
        }
        return CurlTransfer(request, url: url, rule: rule)
    }
}
