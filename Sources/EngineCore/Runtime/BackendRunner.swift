package import BackendAPI

/// Makes the calls that the machine asks for, each once, and turns what comes back into a reply. It decides nothing.
package struct BackendRunner: Sendable {
    private let backends: [String: any Backend]
    private let images: any ImageStore
    private let fetcher: (any ImageFetcher)?
    private let imageBytesMax: Int64
    private let imagePixelsMax: Int64
    private let patience: (@Sendable () async -> Void)?

    /// Without a `fetcher` no image is read from an address. A call that is not back when `patience` returns is cancelled, so that a task does not
    /// wait for ever; nil: none ever is.
    package init(
        backends: [String: any Backend], images: any ImageStore, fetcher: (any ImageFetcher)? = nil,
        imageBytesMax: Int64 = EngineLimits.imageBytesMax, imagePixelsMax: Int64 = EngineLimits.imagePixelsMax,
        patience: (@Sendable () async -> Void)? = nil
    ) {
        self.backends = backends
        self.images = images
        self.fetcher = fetcher
        self.imageBytesMax = imageBytesMax
        self.imagePixelsMax = imagePixelsMax
        self.patience = patience
    }

    package func perform(_ call: BackendCall) async -> CallReply {
        guard let patience else { return await make(call) }
        return await withTaskGroup(of: CallReply?.self) { group in
            group.addTask { await make(call) }
            group.addTask {
                await patience()
                return nil
            }
            for await reply in group {
                group.cancelAll()
                if let reply { return reply }
            }
            return Self.missing(call)
        }
    }

    private func make(_ call: BackendCall) async -> CallReply {
        if case .fetch(let url) = call.kind { return await fetch(url) }
        guard let backend = backends[call.engine] else { return Self.missing(call) }
        switch call.kind {
        case .fetch(let url): return await fetch(url)
        case .prepare(let image): return await prepare(image, backend)
        case .submit(let request): return .submitted(await backend.submit(request))
        case .observe(let run): return .observed(await backend.observe(run))
        case .cancel(let run): return .cancelled(await backend.cancel(run))
        case .download(let outputs): return await download(outputs, backend)
        case .probe: return .probed(await backend.probe())
        }
    }

    private func fetch(_ url: String) async -> CallReply {
        guard let fetcher else {
            return .fetchFailed(
                BackendError(.permanent, code: "no fetcher", message: "this server reads no images from addresses"))
        }
        do {
            let sink = try ResultSink(
                into: images, sizeLimitBytes: imageBytesMax, pixelLimit: imagePixelsMax)
            do {
                try await fetcher.fetch(url, to: sink)
            } catch {
                sink.discard()
                throw sink.refusal.map(Self.unfit) ?? Self.tooLarge(error)
            }
            return .fetched(try sink.finish())
        } catch let error as BackendError {
            return .fetchFailed(error)
        } catch let error as IntakeError {
            return .fetchFailed(Self.unfit(error))
        } catch {
            return .fetchFailed(BackendError(.permanent, code: "fetch", message: "\(error)"))
        }
    }

    /// A fetcher may count the bytes before the sink does.
    private static func tooLarge(_ error: BackendError) -> BackendError {
        guard error.errorClass == .refusedBySink else { return error }
        return BackendError(.refusedBySink, code: "IMAGE_TOO_LARGE", message: error.message)
    }

    /// A full disk passes; the code of unfit bytes is the wire's reason.
    private static func unfit(_ error: IntakeError) -> BackendError {
        if case .store = error.code {
            BackendError(.transient, code: error.reason, message: "it could not be stored: \(error.message)")
        } else {
            BackendError(.refusedBySink, code: error.reason, message: error.message)
        }
    }

    private func prepare(_ image: StoredImage, _ backend: any Backend) async -> CallReply {
        let file = ImageFile(
            path: images.path(of: image.digest), sha256: image.digest.hex, sizeBytes: image.sizeBytes,
            mediaType: image.mediaType)
        do {
            return .prepared(try await backend.prepare(file))
        } catch {
            return .prepareFailed(error)
        }
    }

    /// Reads every output; the first that fails ends the call. What was read already is in the store by its digest and costs nothing to read again.
    private func download(_ outputs: [RunOutput], _ backend: any Backend) async -> CallReply {
        var stored: [TaskOutput] = []
        for output in outputs {
            do {
                stored.append(TaskOutput(name: output.name, image: try await download(output, backend)))
            } catch {
                return .downloadFailed(error)
            }
        }
        return .downloaded(stored)
    }

    private func download(_ output: RunOutput, _ backend: any Backend) async throws(BackendError) -> StoredImage {
        let sink: ResultSink
        do {
            sink = try ResultSink(into: images, sizeLimitBytes: EngineLimits.resultBytesMax)
        } catch {
            throw Self.refused(error)
        }
        do {
            try await backend.download(output, to: sink)
        } catch {
            sink.discard()
            throw sink.refusal.map(Self.refused) ?? error
        }
        do { return try sink.finish() } catch { throw Self.refused(error) }
    }

    /// A full disk passes; bytes that are no image do not get better, but a fresh download may.
    private static func refused(_ error: IntakeError) -> BackendError {
        if case .store = error.code {
            BackendError(.transient, code: error.reason, message: "the result could not be stored: \(error.message)")
        } else {
            BackendError(.refusedBySink, code: error.reason, message: "the result was refused: \(error.message)")
        }
    }

    /// The configuration and the settings were made from one list, so this cannot happen; a task must not hang if it does.
    private static func missing(_ call: BackendCall) -> CallReply {
        let error = BackendError(.configuration, code: "engine", message: "engine '\(call.engine)' has no backend")
        switch call.kind {
        case .fetch: return .fetchFailed(error)
        case .prepare: return .prepareFailed(error)
        case .submit: return .submitted(.refused(error))
        case .observe: return .observed(.noAnswer(error))
        case .cancel: return .cancelled(.noAnswer(error))
        case .download: return .downloadFailed(error)
        case .probe: return .probed(Probe(configured: false, message: error.message))
        }
    }
}
