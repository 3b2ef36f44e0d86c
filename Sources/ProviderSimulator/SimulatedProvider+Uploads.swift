internal import NIOCore

extension SimulatedProvider {
    /// Provider sheet 2.3 (v1: part `apiKey`, reply with `msg`) and 3.3 (v2: Bearer only, reply with `message`).
    mutating func upload(_ request: ProviderRequest) -> Answer {
        do throws(Refusal) {
            return .envelope(Self.envelope(of: try stored(request), at: request.endpoint))
        } catch {
            return error.answer(as: request.endpoint.face)
        }
    }

    /// A file that was taken.
    struct StoredUpload: Sendable {
        let kind: FileKind
        /// The server's name of it: what a node takes.
        let name: String
        let link: String
        let bytes: Int
    }

    /// Takes the file of an upload of any family.
    mutating func stored(_ request: ProviderRequest) throws(Refusal) -> StoredUpload {
        let form = try form(of: request)
        let bodyKey = request.endpoint == .upload ? form["apiKey"].map { String(buffer: $0.content) } : nil
        let account = try account(bearer: request.bearerKey, body: bodyKey)
        guard let file = form["file"], let fileName = file.fileName else {
            throw Refusal(ProviderCode.invalidParameters, "there is no part named file with a file name")
        }
        guard file.content.readableBytes <= SimulatorLimits.uploadFileBytesMax else {
            throw Refusal(ProviderCode.fileTooLarge)
        }
        guard file.content.readableBytes > 0, let kind = FileKind(content: file.content, fileName: fileName),
            kind.isImage || request.endpoint != .uploadV1
        else { throw Refusal(ProviderCode.uploadFailed) }
        guard uploads.count < capacity.uploads else {
            throw Refusal(request.endpoint == .uploadV1 ? ProviderCode.unknown : ProviderCode.uploadFailed)
        }
        return store(file.content, kind: kind, account: account, for: request)
    }

    private func form(of request: ProviderRequest) throws(Refusal) -> MultipartForm {
        do throws(MultipartForm.Malformed) {
            let form = try MultipartForm(contentType: request.contentType, body: request.body)
            for part in form.parts where part.fileName == nil {
                guard part.content.readableBytes <= SimulatorLimits.textBytesMax else {
                    throw MultipartForm.Malformed(reason: "a text part is too long")
                }
            }
            return form
        } catch {
            throw Refusal(ProviderCode.invalidParameters, error.reason)
        }
    }

    private mutating func store(
        _ content: ByteBuffer, kind: FileKind, account: Int, for request: ProviderRequest
    ) -> StoredUpload {
        let digest = Digest.sha256(Array(content.readableBytesView))
        let hash = names.upload(account: account, digest: digest)
        let folder = request.endpoint == .uploadV2 ? "openapi" : "api"
        let name = kind == .zip ? hash : "\(folder)/\(hash).\(kind.rawValue)"
        uploads.put(content, named: name, account: account, digest: digest, contentType: kind.contentType)
        let token = names.fileToken(of: name)
        files[token] = .upload(name: name)
        return StoredUpload(
            kind: kind, name: name, link: "\(request.origin)\(Endpoint.filePrefix)\(token)/\(hash).\(kind.rawValue)",
            bytes: content.readableBytes)
    }

    private static func envelope(of upload: StoredUpload, at endpoint: Endpoint) -> Envelope {
        guard endpoint == .uploadV2 else {
            return .success(["fileName": .string(upload.name), "fileType": "input"])
        }
        var envelope = Envelope.success([
            "type": .string(upload.kind.isImage ? "image" : "file"), "download_url": .string(upload.link),
            "fileName": .string(upload.name), "size": .string(String(upload.bytes)),
        ])
        envelope.messageNames = ["message"]
        return envelope
    }
}

/// The kinds of files that the upload takes (provider sheet 2.3). Pictures are known by their first bytes.
enum FileKind: String, CaseIterable, Sendable {
    case png, jpg, webp, zip, mp3, wav, flac, mp4, avi, mov, mkv

    init?(content: ByteBuffer, fileName: String) {
        let head = content.getBytes(at: content.readerIndex, length: min(12, content.readableBytes)) ?? []
        if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpg
        } else if head.starts(with: Array("RIFF".utf8)), head.suffix(4).elementsEqual("WEBP".utf8) {
            self = .webp
        } else {
            let ending = fileName.split(separator: ".").last.map { $0.lowercased() } ?? ""
            guard let kind = Self(rawValue: ending), !kind.isImage else { return nil }
            self = kind
        }
    }

    var isImage: Bool { [.png, .jpg, .webp].contains(self) }

    var contentType: String {
        switch self {
        case .png: "image/png"
        case .jpg: "image/jpeg"
        case .webp: "image/webp"
        default: "application/octet-stream"
        }
    }
}
