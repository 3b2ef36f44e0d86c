import CCurl
import Glibc

/// Sets up the handle of one transfer. Every option that keeps the environment, the peer or libcurl's own help out stands here.
extension CurlTransfer {
    struct TrustStore: Sendable {
        /// File of trusted certificates; `nil`: the system's.
        var certificateFile: String?
    }

    /// Makes the handle ready to be added; on an error nothing has been sent.
    func prepare(_ trust: TrustStore) throws(HTTPTransportError) {
        guard let easy = curl_easy_init() else { throw setupError("no memory for a request") }
        self.easy = easy
        var options = OptionWriter(easy)
        setCallbacks(&options)
        setPlace(&options, trust)
        setIsolation(&options)
        setTime(&options)
        setDelivery(&options)
        try setHeaders(&options)
        try setBody(&options, easy)
        guard options.failed == nil else { throw setupError("libcurl refused an option") }
    }

    private func setCallbacks(_ options: inout OptionWriter) {
        options.pointer(CURLOPT_PRIVATE, pointer)
        options.pointer(CURLOPT_ERRORBUFFER, errorText)
        options.check(ptcurl_set_data_function(options.easy, CURLOPT_HEADERFUNCTION, Self.onHeader))
        options.pointer(CURLOPT_HEADERDATA, pointer)
        options.check(ptcurl_set_data_function(options.easy, CURLOPT_WRITEFUNCTION, Self.onBody))
        options.pointer(CURLOPT_WRITEDATA, pointer)
        options.check(ptcurl_set_open_socket_function(options.easy, Self.onOpenSocket))
        options.pointer(CURLOPT_OPENSOCKETDATA, pointer)
        options.check(ptcurl_set_before_request_function(options.easy, Self.onBeforeRequest))
        options.pointer(CURLOPT_PREREQDATA, pointer)
    }

    private func setPlace(_ options: inout OptionWriter, _ trust: TrustStore) {
        options.check(ptcurl_set_url(options.easy, url.handle))
        options.text(CURLOPT_PROTOCOLS_STR, url.origin.scheme.rawValue)
        options.text(CURLOPT_REDIR_PROTOCOLS_STR, url.origin.scheme.rawValue)
        options.number(CURLOPT_FOLLOWLOCATION, 0)
        options.number(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        options.number(CURLOPT_SSL_VERIFYPEER, 1)
        options.number(CURLOPT_SSL_VERIFYHOST, 2)
        options.number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = trust.certificateFile { options.text(CURLOPT_CAINFO, file) }
    }

    /// No proxy, netrc or cookie from around us; no signal; no wait for threads that are stuck in a name look-up.
    private func setIsolation(_ options: inout OptionWriter) {
        options.text(CURLOPT_PROXY, "")
        options.text(CURLOPT_NOPROXY, "*")
        options.number(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        options.number(CURLOPT_UNRESTRICTED_AUTH, 0)
        options.number(CURLOPT_HTTP09_ALLOWED, 0)
        options.number(CURLOPT_NOSIGNAL, 1)
        options.number(CURLOPT_QUICK_EXIT, 1)
        options.number(CURLOPT_VERBOSE, 0)
        options.text(CURLOPT_USERAGENT, "posetransferd")
    }

    private func setTime(_ options: inout OptionWriter) {
        options.number(CURLOPT_CONNECTTIMEOUT_MS, request.time.connectMilliseconds)
        options.number(CURLOPT_TIMEOUT_MS, request.time.totalMilliseconds)
        if let slowest = request.time.slowest {
            options.number(CURLOPT_LOW_SPEED_LIMIT, slowest.bytesPerSecond)
            options.number(CURLOPT_LOW_SPEED_TIME, slowest.seconds)
        }
        // Zero would mean "no limit"; the collector counts in any case.
        if request.bodyBytesMax > 0 { options.offset(CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.bodyBytesMax)) }
    }

    private func setDelivery(_ options: inout OptionWriter) {
        switch request.delivery {
        case .repeatable:
            options.number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        case .once:
            options.number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
            options.number(CURLOPT_FRESH_CONNECT, 1)
            options.number(CURLOPT_FORBID_REUSE, 1)
        }
    }

    private func setHeaders(_ options: inout OptionWriter) throws(HTTPTransportError) {
        // Without an empty `Expect` libcurl waits a second for leave to send a large body, and repeats the request after a 417.
        var lines = ["Expect:"]
        if case .json = request.body { lines.append("Content-Type: application/json") }
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let longer = curl_slist_append(headerList, line) else { throw setupError("no memory for a header") }
            headerList = longer
        }
        options.check(ptcurl_set_list(options.easy, CURLOPT_HTTPHEADER, headerList))
    }

    private func setBody(_ options: inout OptionWriter, _ easy: UnsafeMutableRawPointer) throws(HTTPTransportError) {
        switch (request.method, request.body) {
        case (.get, .none):
            options.number(CURLOPT_HTTPGET, 1)
        case (.post, .none):
            setPostBytes(&options, [])
        case (.post, .json(let bytes)):
            setPostBytes(&options, bytes)
        case (.post, .multipart(let parts)):
            try setMultipart(&options, easy, parts)
        case (.get, _):
            throw setupError("a GET has no body", code: .invalidRequest)
        }
    }

    /// libcurl copies the bytes.
    private func setPostBytes(_ options: inout OptionWriter, _ bytes: [UInt8]) {
        options.number(CURLOPT_POST, 1)
        options.offset(CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        // An empty array may have no address, and no address would mean "read the body from standard input".
        guard !bytes.isEmpty else { return options.text(CURLOPT_COPYPOSTFIELDS, "") }
        bytes.withUnsafeBytes { buffer in
            options.text(CURLOPT_COPYPOSTFIELDS, buffer.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
    }

    private func setMultipart(
        _ options: inout OptionWriter, _ easy: UnsafeMutableRawPointer, _ parts: [HTTPRequest.Part]
    ) throws(HTTPTransportError) {
        guard let mime = curl_mime_init(easy) else { throw setupError("no memory for a multipart body") }
        self.mime = mime
        for part in parts {
            guard let target = curl_mime_addpart(mime) else { throw setupError("no memory for a part") }
            options.check(curl_mime_name(target, part.name))
            switch part.content {
            case .text(let text):
                options.check(curl_mime_data(target, text, text.utf8.count))
            case .file(let path, let fileName, let mediaType):
                guard curl_mime_filedata(target, path) == CURLE_OK else {
                    throw setupError("the file of part '\(part.name)' cannot be read", code: .fileUnreadable)
                }
                options.check(curl_mime_filename(target, fileName))
                options.check(curl_mime_type(target, mediaType))
            }
        }
        options.check(ptcurl_set_mime(easy, mime))
    }

    private func setupError(_ message: String, code: HTTPTransportError.Code = .internal) -> HTTPTransportError {
        HTTPTransportError(code, .nothingSent, message: message)
    }
}

/// Sets options and remembers the first failure.
private struct OptionWriter {
    let easy: UnsafeMutableRawPointer
    private(set) var failed: CURLcode?

    init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func check(_ result: CURLcode) {
        if result != CURLE_OK, failed == nil { failed = result }
    }

    mutating func number(_ option: CURLoption, _ value: Int) { check(ptcurl_set_long(easy, option, value)) }
    mutating func offset(_ option: CURLoption, _ value: curl_off_t) { check(ptcurl_set_offset(easy, option, value)) }
    mutating func text(_ option: CURLoption, _ value: UnsafePointer<CChar>?) {
        check(ptcurl_set_text(easy, option, value))
    }
    mutating func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        check(ptcurl_set_pointer(easy, option, value))
    }
}
