package import BackendAPI

/// Makes the calls that the machine asks for, each once, and turns what comes back into a reply. It decides nothing.
package struct BackendRunner: Sendable {
    private let backends: [String: any Backend]
    private let images: any ImageStore

    package init(backends: [String: any Backend], images: any ImageStore) {
        self.backends = backends
        self.images = images
    }

    package func perform(_ call: BackendCall) async -> CallReply {
        guard let backend = backends[call.engine] else { return Self.missing(call) }
        switch call.kind {
        case .prepare(let image): return await prepare(image, backend)
        case .submit(let request): return .submitted(await backend.submit(request))
        case .observe(let run): return .observed(await backend.observe(run))
        case .cancel(let run): return .cancelled(await backend.cancel(run))
        case .download(let outputs): return await download(outputs, backend)
        case .probe: return .probed(await backend.probe())
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
        case .prepare: return .prepareFailed(error)
        case .submit: return .submitted(.refused(error))
        case .observe: return .observed(.noAnswer(error))
        case .cancel: return .cancelled(.noAnswer(error))
        case .download: return .downloadFailed(error)
        case .probe: return .probed(Probe(configured: false, message: error.message))
        }
    }
}
