internal import NIOCore

extension SimulatedProvider {
    /// Provider sheet 2.3 (v1: part `apiKey`, reply with `msg`) and 3.3 (v2: Bearer only, reply with `message`).
    mutating func upload(_ request: ProviderRequest) -> Answer {
        do throws(Refusal) {
            return .envelope(try accepted(request))
        } catch {
            var envelope = error.envelope
            if request.endpoint == .uploadV2 {
                envelope.messageName = "message"
                if error.code == ProviderCode.unauthorized {
                    envelope = .failure(401, "ApiKey verification failed: unknown key")
                    envelope.messageName = "message"
                }
            }
            return .envelope(envelope)
        }
    }

    private mutating func accepted(_ request: ProviderRequest) throws(Refusal) -> Envelope {
        let form = try form(of: request)
        let bodyKey = request.endpoint == .upload ? form["apiKey"].map { String(buffer: $0.content) } : nil
        guard let account = account(bearer: request.bearerKey, body: bodyKey) else {
            throw Refusal(ProviderCode.unauthorized)
        }
        guard let file = form["file"], let fileName = file.fileName else {
            throw Refusal(ProviderCode.invalidParameters, "there is no part named file with a file name")
        }
        guard file.content.readableBytes <= SimulatorLimits.uploadFileBytesMax else {
            throw Refusal(ProviderCode.fileTooLarge)
        }
        guard file.content.readableBytes > 0, uploads.count < capacity.uploads,
            let kind = FileKind(content: file.content, fileName: fileName)
        else { throw Refusal(ProviderCode.uploadFailed) }
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
    ) -> Envelope {
        let digest = Digest.sha256(Array(content.readableBytesView))
        let hash = names.upload(account: account, digest: digest)
        let isV2 = request.endpoint == .uploadV2
        let name = kind == .zip ? hash : "\(isV2 ? "openapi" : "api")/\(hash).\(kind.rawValue)"
        uploads.put(content, named: name, account: account, digest: digest, contentType: kind.contentType)
        guard isV2 else { return .success(["fileName": .string(name), "fileType": "input"]) }
        let token = names.fileToken(of: name)
        files[token] = .upload(name: name)
        var envelope = Envelope.success([
            "type": .string(kind.isImage ? "image" : "file"),
            "download_url": .string("\(request.origin)\(Endpoint.filePrefix)\(token)/\(hash).\(kind.rawValue)"),
            "fileName": .string(name), "size": .string(String(content.readableBytes)),
        ])
        envelope.messageName = "message"
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
