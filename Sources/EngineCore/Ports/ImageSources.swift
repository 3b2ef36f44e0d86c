package import BackendAPI

/// Images that a caller keeps at an address.
package protocol ImageFetcher: Sendable {
    /// Why the text of `url` is not allowed, for people; nil: it is. No network is touched.
    func refusal(of url: String) -> String?
    /// Reads the image once into `sink`. `transient` where it may work later, `refusedBySink` where the sink refused the bytes.
    func fetch(_ url: String, to sink: any ByteSink) async throws(BackendError)
}

/// Images that a caller names by a path on this machine.
package protocol InputFiles: Sendable {
    /// Opens a regular file below one of `roots`, following no link on its way.
    func open(_ path: String, below roots: [String]) throws(InputFileError) -> any InputFile
}

/// One open file. Used by one thread at a time; closed when it is let go.
package protocol InputFile: Sendable {
    /// As it was when it was opened.
    var sizeBytes: Int64 { get }
    /// Fills as much of `buffer` as there is; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int
}

package struct InputFileError: Error, Sendable, Equatable {
    package enum Code: Sendable {
        /// Outside the roots, no roots, a link on the way, no regular file, or not there.
        case notAllowed
        /// The system could not read it.
        case unreadable
    }

    package var code: Code
    /// For people; names the path as the caller wrote it, never what lies outside the roots.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
