import BackendAPI
import FoundationEssentials

/// What a word of the studio means.
enum StudioWords {
    struct Meaning {
        let errorClass: BackendError.Class
        /// The studio says that it took no order.
        let provesNothingMade: Bool

        init(_ errorClass: BackendError.Class, provesNothingMade: Bool = true) {
            self.errorClass = errorClass
            self.provesNothingMade = provesNothingMade
        }
    }

    static let meanings: [String: Meaning] = [
        "unreachable": Meaning(.transient),
        "no answer": Meaning(.transient, provesNothingMade: false),
        "fault": Meaning(.transient, provesNothingMade: false),
        "busy": Meaning(.backpressure(retryAfterMilliseconds: nil)),
        "bad order": Meaning(.permanent),
        "bad picture": Meaning(.permanent),
        "not allowed": Meaning(.rejected),
        "bad key": Meaning(.auth),
        "no credit": Meaning(.quota),
        "no such style": Meaning(.configuration),
        "no such order": Meaning(.permanent, provesNothingMade: false),
        "no such file": Meaning(.expired),
    ]

    /// A word that nobody described proves nothing, and may be gone the next time.
    static func meaning(of error: StudioError) -> Meaning {
        let meaning = meanings[error.word] ?? Meaning(.transient, provesNothingMade: false)
        guard case .backpressure = meaning.errorClass, let wait = error.wait else { return meaning }
        return Meaning(.backpressure(retryAfterMilliseconds: min(max(wait, 0), 86_400) * 1_000))
    }
}

struct StudioBackend: Backend {
    let service: any StudioService
    let key: Secret
    let account: String
    let style: String

    let capabilities = Capabilities(reportsProgress: true, cancels: true, reportsCost: true, mayCostMoney: true)

    /// Uploads belong to the account.
    var uploadScope: String { "studio \(account)" }

    static let pictureBytesMax: Int64 = 1_048_576
}

extension StudioBackend {
    /// An error that may be stored, logged and shown: providers echo requests, so the key may be in any text.
    func shown(_ error: StudioError) -> BackendError {
        let text = error.text.replacing(key.reveal(), with: "<redacted>")
        let plain = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        let message = "the studio says '\(error.word)': \(String(String.UnicodeScalarView(plain)))"
        return BackendError(
            StudioWords.meaning(of: error).errorClass, code: error.word, message: String(message.prefix(500)))
    }
}

extension StudioBackend {
    func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage {
        guard image.sizeBytes <= Self.pictureBytesMax else {
            throw BackendError(.permanent, code: "too large", message: "the studio takes \(Self.pictureBytesMax) bytes")
        }
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: image.path)) else {
            throw BackendError(.permanent, code: "unreadable", message: "the image's file cannot be read")
        }
        do throws(StudioError) {
            let name = try await service.upload(Array(bytes), key: key.reveal())
            return PreparedImage(handle: name, lifetimeSeconds: 3_600)
        } catch {
            throw shown(error)
        }
    }
}

extension StudioBackend {
    func submit(_ request: RunRequest) async -> SubmitOutcome {
        guard request.parameters.isEmpty, let person = request.images[RunRequest.sourceInput],
            let pose = request.images[RunRequest.poseInput]
        else {
            return .refused(
                BackendError(
                    .permanent, code: "bad request", message: "the studio takes two pictures and no parameters"))
        }
        let order = StudioOrder(style: style, person: person.handle, pose: pose.handle)
        do throws(StudioError) {
            let name = try await service.order(order, key: key.reveal())
            guard !name.isEmpty else { throw StudioError(word: "no answer", text: "the order has no name") }
            return .accepted(RunID(rawValue: name))
        } catch {
            return StudioWords.meaning(of: error).provesNothingMade ? .refused(shown(error)) : .unknown(shown(error))
        }
    }
}

extension StudioBackend {
    func observe(_ run: RunID) async -> Observation {
        do throws(StudioError) {
            return observation(try await service.look(at: run.rawValue, key: key.reveal()))
        } catch {
            return error.word == "no such order" ? .lost(shown(error)) : .noAnswer(shown(error))
        }
    }

    private func observation(_ state: StudioState) -> Observation {
        let cost = state.price.isEmpty ? nil : RunCost(money: state.price, currency: "EUR")
        switch state.word {
        case "waiting": return .queued
        case "working": return .running(progress: state.share.map { min(max($0, 0), 1) })
        case "done" where state.files.isEmpty: return .succeededWithoutOutput
        case "done":
            let outputs = state.files.enumerated().map { index, file in
                RunOutput(name: index == 0 ? "image" : "image_\(index + 1)", url: "studio:\(file)", node: "")
            }
            return .succeeded(outputs: outputs, cost: cost)
        case "failed": return .failed(shown(StudioError(word: "failed", text: state.reason), .permanent), cost: cost)
        case "refused": return .failed(shown(StudioError(word: "refused", text: state.reason), .rejected), cost: cost)
        case "stopped": return .cancelled(cost: cost)
        default: return .noAnswer(shown(StudioError(word: "unknown state", text: state.word)))
        }
    }

    private func shown(_ error: StudioError, _ errorClass: BackendError.Class) -> BackendError {
        var shown = shown(error)
        shown.errorClass = errorClass
        return shown
    }
}

extension StudioBackend {
    func cancel(_ run: RunID) async -> CancelOutcome {
        do throws(StudioError) {
            try await service.stop(run.rawValue, key: key.reveal())
            return .accepted
        } catch {
            return error.word == "no such order" ? .unknownThere : .noAnswer(shown(error))
        }
    }

    func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) {
        guard output.url.hasPrefix("studio:") else {
            throw BackendError(.permanent, code: "address", message: "the result's address is not the studio's")
        }
        let bytes: [UInt8]
        do throws(StudioError) {
            bytes = try await service.file(String(output.url.dropFirst("studio:".count)))
        } catch {
            throw shown(error)
        }
        do {
            try bytes.withUnsafeBytes { try sink.write($0) }
        } catch {
            throw BackendError(.refusedBySink, code: "sink", message: "the bytes were refused here: \(error)")
        }
    }
}

extension StudioBackend {
    func probe() async -> Probe {
        do throws(StudioError) {
            let account = try await service.account(key: key.reveal())
            var probe = Probe(configured: true, reachable: true, authorised: true)
            probe.funded = account.credit > 0
            probe.workflowValid = account.styles.contains(style)
            probe.balance = "\(account.credit) EUR"
            if probe.funded == false { probe.message = "the account is empty; top it up" }
            if probe.workflowValid == false { probe.message += " the studio has no style '\(style)'" }
            return probe
        } catch {
            let shown = shown(error)
            var probe = Probe(configured: true, message: shown.message)
            probe.reachable = error.word != "unreachable" && error.word != "no answer"
            if shown.errorClass == .auth { probe.authorised = false }
            return probe
        }
    }
}

struct StudioBackendFactory: BackendFactory {
    let service: any StudioService

    let type = "studio"

    let keys = [
        ConfigurationKey("api_key", .secret, required: true, help: "The studio's key."),
        ConfigurationKey("account", .text, required: true, help: "The account that the key belongs to."),
        ConfigurationKey("style", .text, required: true, help: "The style that orders are made in."),
        ConfigurationKey("timeout", .seconds(1...86_400), default: "300", help: "How long an order may take."),
        ConfigurationKey("concurrency", .integer(1...100), default: "1", help: "Orders at a time."),
    ]

    func plan(_ settings: BackendSettings) -> EnginePlan {
        EnginePlan(
            concurrency: Int(clamping: settings.integer("concurrency") ?? 1),
            timeoutMilliseconds: Int64((settings.seconds("timeout") ?? 300) * 1_000), pollIntervalMilliseconds: 2_000)
    }

    func problems(_ settings: BackendSettings) -> [SettingsProblem] {
        let style = settings.text("style") ?? ""
        guard style.isEmpty || style.contains(" ") else { return [] }
        return [SettingsProblem(key: "style", message: "is no style's name; take one word, as the studio lists it")]
    }

    func make(_ settings: BackendSettings) throws -> any Backend {
        StudioBackend(
            service: service, key: settings.secret("api_key") ?? Secret(""), account: settings.text("account") ?? "",
            style: settings.text("style") ?? "")
    }
}
