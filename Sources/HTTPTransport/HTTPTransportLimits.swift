/// What bounds the transport's memory and sockets.
package enum HTTPTransportLimits {
    /// Bytes of one URL.
    package static let urlBytesMax = 8_192
    /// Bytes of all header lines of one answer, interim answers and trailers included.
    package static let headerBytesMax = 65_536
    /// Bytes that are kept of the body of an answer that is not a success and was to go to a sink.
    package static let refusedBodyBytesMax = 4_096
    /// Headers, and parts of a multipart body, of one request.
    package static let headersMax = 32
    package static let partsMax = 32
    /// Bytes of one header's value, and of one text part.
    package static let headerValueBytesMax = 8_192
    /// Requests that are with the transport at a time; one more is refused with `.overloaded`.
    package static let transfersMax = 4_096
    /// Connections in all, to one host, and kept open without work.
    package static let connectionsMax = 256
    package static let connectionsPerHostMax = 32
    package static let idleConnectionsMax = 64
    /// Characters of libcurl's own words in an error.
    package static let detailCharactersMax = 200
    /// Milliseconds between two looks of an idle transport at its inbox; a new request wakes it at once.
    static let idlePollMilliseconds: Int32 = 60_000
}

/// What bounds the fetch of a picture from a caller's address.
package enum RemoteImagesLimits {
    /// Redirects that are followed.
    package static let redirectsMax = 3
    /// The whole fetch, all redirects together, and each connect.
    package static let totalMilliseconds = 60_000
    package static let connectMilliseconds = 5_000
    /// A server that gives less than this for so long is given up.
    package static let slowest = HTTPTimeLimits.Slowest(bytesPerSecond: 1_000, seconds: 20)
    /// Characters of an error's message.
    package static let messageCharactersMax = 500
}
