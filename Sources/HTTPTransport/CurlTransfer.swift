import CCurl
import Glibc
import Synchronization

/// One request on its way through libcurl: its handle, what the handle points to, and what the callbacks found.
///
/// `@unchecked Sendable` is sound: everything mutable but the flag is written before the transfer is handed over through the engine's
/// locked inbox, and from then on touched by the engine's thread alone, on which libcurl runs every callback.
final class CurlTransfer: @unchecked Sendable {
    typealias Outcome = Result<HTTPResponse, HTTPTransportError>

    let request: HTTPRequest
    let url: HTTPURL
    let rule: EgressPolicy.AddressRule
    /// Set before the engine is told: the cancellation may be in its inbox before the request is.
    let isCancelled = Atomic<Bool>(false)
    var continuation: CheckedContinuation<Outcome, Never>?

    /// Engine's thread only.
    var easy: UnsafeMutableRawPointer?
    var headerList: UnsafeMutablePointer<curl_slist>?
    var mime: OpaquePointer?
    var collector: AnswerCollector
    var reachedSending = false
    var addressRefused = false
    var sinkError: (any Error)?
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(_ request: HTTPRequest, url: HTTPURL, rule: EgressPolicy.AddressRule) {
        self.request = request
        self.url = url
        self.rule = rule
        collector = AnswerCollector(bodyBytesMax: request.bodyBytesMax, hasSink: request.sink != nil)
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        releaseHandle()
        errorText.deallocate()
    }

    var id: ObjectIdentifier { ObjectIdentifier(self) }

    /// Answers the caller; the second call does nothing.
    func finish(_ outcome: Outcome) {
        let waiting = continuation
        continuation = nil
        waiting?.resume(returning: outcome)
    }

    /// Frees what libcurl holds, in the order it asks for.
    func releaseHandle() {
        if let easy { curl_easy_cleanup(easy) }
        if let mime { curl_mime_free(mime) }
        if let headerList { curl_slist_free_all(headerList) }
        (easy, mime, headerList) = (nil, nil, nil)
    }

    /// What libcurl's end of the transfer means.
    func outcome(_ result: CURLcode) -> Outcome {
        if result == CURLE_FILESIZE_EXCEEDED { collector.announcedTooLarge() }
        if let error = end(result).error { return .failure(error) }
        let response = HTTPResponse(
            status: status, headers: collector.headers, body: collector.body, bodyBytes: collector.bodyBytes)
        return .success(response)
    }

    /// The caller no longer wants it.
    var cancellation: Outcome {
        .failure(HTTPTransportError(.cancelled, end(CURLE_OK).sent, message: "the request was cancelled"))
    }

    var shutDown: Outcome {
        .failure(HTTPTransportError(.shutDown, end(CURLE_OK).sent, message: "the transport is shut down"))
    }

    private func end(_ result: CURLcode) -> TransferEnd {
        var pretransfer: curl_off_t = 0
        if let easy { _ = ptcurl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer) }
        return TransferEnd(
            result: result, reachedSending: reachedSending, pretransferMicroseconds: Int64(pretransfer),
            addressRefused: addressRefused, refusal: collector.refusal, sinkError: sinkError, detail: detail(result))
    }

    private func detail(_ result: CURLcode) -> String {
        let own = String(cString: errorText)
        let text = own.isEmpty ? curl_easy_strerror(result).map { String(cString: $0) } ?? "" : own
        return String(text.prefix(HTTPTransportLimits.detailCharactersMax))
    }

    var status: Int {
        var status = 0
        if let easy { _ = ptcurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) }
        return status
    }
}
