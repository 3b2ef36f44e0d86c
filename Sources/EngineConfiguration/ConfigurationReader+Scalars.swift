import BackendAPI

/// A scalar with its references filled in.
struct ResolvedScalar {
    let text: String
    let position: Position
    /// Without quotes, or made by a reference: it may be read as a number.
    let mayBeNumber: Bool
    /// Something of it came from a variable or a file, so no message may repeat it.
    let isFromOutside: Bool

    /// The value as a message may repeat it, with a space before it; empty where it may be a secret.
    var forPeople: String {
        guard !isFromOutside, text.count <= ConfigurationLimits.shownValueCharactersMax else { return "" }
        return " '\(shown(text))'"
    }
}

extension ConfigurationReader {
    /// A single value, references filled in.
    mutating func scalar(_ node: ConfigurationNode, _ path: String) -> ResolvedScalar? {
        guard case .scalar(let text, let isPlain) = node.content else {
            let advice = node.content == .nothing ? "give one or remove the line" : "write 'key: value'"
            refuse(node.position, path, "is \(node.kindForPeople), but must be a single value; \(advice)")
            return nil
        }
        do throws(Interpolation.Fault) {
            let pieces = try Interpolation(text).pieces
            return resolve(
                pieces,
                ResolvedScalar(
                    text: "", position: node.position, mayBeNumber: isPlain,
                    isFromOutside: node.position.outside?.isSecretive == true), path)
        } catch {
            refuse(node.position, path, error.message)
            return nil
        }
    }

    private mutating func resolve(
        _ pieces: [Interpolation.Piece], _ scalar: ResolvedScalar, _ path: String
    ) -> ResolvedScalar? {
        var text = ""
        var isFromOutside = scalar.isFromOutside
        var hasReference = false
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .variable(let name, let defaultText):
                hasReference = true
                let value = sources.variable(name)
                if let value, !value.isEmpty || defaultText == nil {
                    text += value
                    isFromOutside = true
                } else if let defaultText {
                    text += defaultText
                } else {
                    refuse(
                        scalar.position, path, "the environment variable \(name) is not set; set it before the start")
                    return nil
                }
            case .file(let filePath):
                guard let value = contents(of: filePath, scalar.position, path) else { return nil }
                text += value
                isFromOutside = true
                hasReference = true
            }
        }
        return ResolvedScalar(
            text: text, position: scalar.position, mayBeNumber: scalar.mayBeNumber || hasReference,
            isFromOutside: isFromOutside)
    }

    /// A file that `${file:...}` names, without one newline at its end.
    private mutating func contents(of filePath: String, _ position: Position, _ path: String) -> String? {
        let name = "the file '\(shown(filePath))'"
        switch sources.file(filePath, ConfigurationLimits.valueFileBytesMax) {
        case .unreadable(let reason):
            refuse(position, path, "\(name) cannot be read (\(reason)); check the path and its rights")
        case .tooLarge:
            refuse(
                position, path,
                "\(name) has more than \(ConfigurationLimits.valueFileBytesMax) bytes; name a file with the value alone"
            )
        case .bytes(_, isReadableByEveryone: true):
            refuse(position, path, "\(name) can be read by everyone on this machine; run: chmod o-r on it")
        case .bytes(let bytes, isReadableByEveryone: false):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                refuse(position, path, "\(name) is not UTF-8 text; name a file with the value alone")
                return nil
            }
            return text.droppingOneNewline()
        }
        return nil
    }
}

extension String {
    fileprivate func droppingOneNewline() -> String {
        var bytes = utf8[...]
        if bytes.last == UInt8(ascii: "\n") {
            bytes = bytes.dropLast()
            if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
        }
        return String(Substring(bytes))
    }
}
