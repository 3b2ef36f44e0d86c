/// Sends HTTP requests: the one way out of the process.
///
/// `execute` makes one attempt and never repeats a request whose delivery is `.once`. It returns soon after its Swift task is
/// cancelled. An answer of any status is a response; an error means that no complete answer was read.
package protocol HTTPTransport: Sendable {
    func execute(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse
}

/// Where the bytes of a successful answer's body go instead of to memory.
///
/// Called in order on the transport's thread, never concurrently; whatever blocks here holds up every other transfer, so a
/// sink may write to a file and must not wait for one to be synced. An error ends the transfer with `.sinkRefused`.
package protocol HTTPBodySink: Sendable {
    func write(_ bytes: UnsafeRawBufferPointer) throws
}
