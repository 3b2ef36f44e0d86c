import CCurl

/// A parsed http or https URL. libcurl dials what it parsed here and nothing else: two parsers that disagree are the classic way
/// around a list of allowed hosts.
///
/// `@unchecked Sendable` is sound: the handle is written before `init` ends and only read afterwards (libcurl copies it for a transfer).
package final class HTTPURL: @unchecked Sendable {
    package let origin: HTTPOrigin
    let handle: OpaquePointer

    /// The error's message says what is wrong with the URL and does not repeat it.
    package convenience init(_ text: String) throws(HTTPTransportError) {
        try self.init(checked: HTTPURL.checked(text))
    }

    private init(checked text: String) throws(HTTPTransportError) {
        guard let handle = curl_url() else { throw Self.error("no memory for a URL", code: .internal) }
        do throws(HTTPTransportError) {
            let flags = UInt32(CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME)
            guard curl_url_set(handle, CURLUPART_URL, text, flags) == CURLUE_OK else {
                throw Self.error("the URL cannot be parsed")
            }
            self.origin = try Self.origin(of: handle)
        } catch {
            curl_url_cleanup(handle)
            throw error
        }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    /// Where a `Location` leads from here: it may be relative. The text is that of a URL which still has to be judged.
    package func following(_ location: String) throws(HTTPTransportError) -> String {
        let location = try Self.checked(location)
        guard let next = curl_url_dup(handle) else { throw Self.error("no memory for a URL", code: .internal) }
        defer { curl_url_cleanup(next) }
        let flags = UInt32(CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME)
        guard curl_url_set(next, CURLUPART_URL, location, flags) == CURLUE_OK,
            let text = Self.part(CURLUPART_URL, of: next)
        else { throw Self.error("the URL cannot be parsed") }
        return text
    }

    private static func checked(_ text: String) throws(HTTPTransportError) -> String {
        guard text.utf8.count <= HTTPTransportLimits.urlBytesMax else {
            throw error("the URL is longer than \(HTTPTransportLimits.urlBytesMax) bytes")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }) else {
            throw error("the URL has white space, a backslash or a control character")
        }
        return text
    }

    private static func origin(of handle: OpaquePointer) throws(HTTPTransportError) -> HTTPOrigin {
        guard let scheme = part(CURLUPART_SCHEME, of: handle).flatMap(HTTPOrigin.Scheme.init(rawValue:)) else {
            throw error("the URL is neither http nor https")
        }
        guard part(CURLUPART_USER, of: handle) == nil, part(CURLUPART_PASSWORD, of: handle) == nil else {
            throw error("the URL holds a user name or password")
        }
        guard let host = part(CURLUPART_HOST, of: handle), !host.isEmpty, host.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw error("the URL's host is missing or not ASCII")
        }
        guard part(CURLUPART_ZONEID, of: handle) == nil else { throw error("the URL's host has a zone") }
        let port = part(CURLUPART_PORT, of: handle, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) }
        guard let port, (1...65_535).contains(port) else { throw error("the URL's port is not usable") }
        return HTTPOrigin(scheme: scheme, host: host, port: port)
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func error(_ message: String, code: HTTPTransportError.Code = .invalidRequest) -> HTTPTransportError
    {
        HTTPTransportError(code, .nothingSent, message: message)
    }
}
