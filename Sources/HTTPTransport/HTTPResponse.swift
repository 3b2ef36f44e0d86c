/// A complete answer, of whatever status. Redirects are answers: none is followed.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
    /// Empty where a sink took the body; cut where it was to go to a sink and the status was not 2xx.
    package var body: [UInt8]
    /// Bytes of the body as received.
    package var bodyBytes: Int64

    package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], bodyBytes: Int64? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.bodyBytes = bodyBytes ?? Int64(body.count)
    }

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The first header of that name, compared without case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Milliseconds that `Retry-After` asks to wait. Only the form in seconds is read, capped at a day: a date depends on two clocks
    /// that need not agree. Rubbish and negative numbers are `nil`.
    package var retryAfterMilliseconds: Int64? {
        guard let text = header("Retry-After"), !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let dayMilliseconds: Int64 = 86_400_000
        guard let seconds = Int64(text) else { return dayMilliseconds }
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? dayMilliseconds : min(milliseconds, dayMilliseconds)
    }
}
