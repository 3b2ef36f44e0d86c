import CCurl

/// Everything that is known when a transfer ends; decides what the caller is told.
struct TransferEnd {
    var result: CURLcode
    /// libcurl announced that the request goes out now: a connection (and TLS) stood.
    var reachedSending: Bool
    /// `CURLINFO_PRETRANSFER_TIME_T`.
    var pretransferMicroseconds: Int64
    /// The socket or the connection was refused for its address.
    var addressRefused: Bool
    var refusal: AnswerCollector.Refusal?
    var sinkError: (any Error)?
    /// libcurl's own words.
    var detail: String

    /// Bytes sent = 0 is the only proof: something on the way may have taken the request even where we saw a reset.
    var sent: HTTPTransportError.Sent {
        !reachedSending && pretransferMicroseconds == 0 ? .nothingSent : .maybeSent
    }

    /// `nil` for a complete answer.
    var error: HTTPTransportError? {
        guard result != CURLE_OK else { return nil }
        let (code, message) = reason
        return HTTPTransportError(code, sent, message: message, curlCode: Int(result.rawValue), cause: sinkError)
    }

    private var reason: (HTTPTransportError.Code, String) {
        if addressRefused { return (.addressRefused, "the host's address must not be dialled") }
        if sinkError != nil { return (.sinkRefused, "the receiver of the body refused it") }
        switch refusal {
        case .headerTooLarge?:
            return (.headerTooLarge, "the answer's headers exceed \(HTTPTransportLimits.headerBytesMax) bytes")
        case .bodyTooLarge?:
            return (.bodyTooLarge, "the answer's body exceeds its limit")
        case nil:
            return (code, detail)
        }
    }

    private var code: HTTPTransportError.Code {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: .tls
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM:
            .certificate
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_FILESIZE_EXCEEDED: .bodyTooLarge
        case CURLE_READ_ERROR: .fileUnreadable
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            .closed
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: .malformedAnswer
        case CURLE_URL_MALFORMAT: .invalidRequest
        default: .internal
        }
    }
}
