import PoseTransferClient

/// A picture on a command line: a file here, `https://...` that the server fetches, or `path:/...` on the server's own machine.
enum ImageArgument: Equatable {
    case file(String)
    case url(String)
    case path(String)

    init(_ text: String) {
        let lower = text.lowercased()
        if lower.hasPrefix("https://") || lower.hasPrefix("http://") {
            self = .url(text)
        } else if text.hasPrefix("path:") {
            self = .path(String(text.dropFirst("path:".count)))
        } else {
            self = .file(text)
        }
    }

    /// As it was given.
    var text: String {
        switch self {
        case .file(let name): name
        case .url(let url): url
        case .path(let path): "path:\(path)"
        }
    }

    /// Reads a file; what the server is to read is left to it. Throws `CommandFailure`.
    func source() throws(CommandFailure) -> ImageSource {
        switch self {
        case .file(let name): .bytes(try InputFile.read(name, bytesMax: InputFile.pictureBytesMax))
        case .url(let url): .url(url)
        case .path(let path): .path(path)
        }
    }
}
