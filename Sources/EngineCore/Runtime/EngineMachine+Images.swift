import BackendAPI

/// The two pictures of an attempt: from an address of the caller's, to the provider.
extension EngineMachine {
    // MARK: Images at an address

    mutating func fetch(_ url: String, for number: Int64) {
        guard let engine = open[number]?.record.engine, open[number]?.urlsAwaited.insert(url).inserted == true else {
            return
        }
        place(.fetch(url: url), engine: engine, for: .fetch(number, url: url))
    }

    mutating func fetchEnded(_ number: Int64, _ url: String, _ reply: CallReply) {
        guard let task = open[number], task.record.state == .uploading, task.urlsAwaited.contains(url) else { return }
        open[number]?.urlsAwaited.remove(url)
        switch reply {
        case .fetched(let image):
            if task.record.source.url == url { open[number]?.record.source = .stored(image) }
            if task.record.pose.url == url { open[number]?.record.pose = .stored(image) }
            continueAttempt(number)
        case .fetchFailed(let error): fetchFailed(number, url, error)
        default: break
        }
    }

    private mutating func fetchFailed(_ number: Int64, _ url: String, _ error: BackendError) {
        guard let task = open[number] else { return }
        let tries = task.fetchTries + 1
        open[number]?.fetchTries = tries
        let role = task.record.source.url == url ? "source" : "pose"
        switch error.errorClass {
        case .transient, .backpressure:
            if tries < EngineLimits.fetchTriesMax {
                wake(number, after: retryDelay(error, failures: tries))
            } else {
                fail(number, .imageFetchFailed, "the \(role) image: \(error.message); tried \(tries) times")
            }
        default:
            let reason = FailureReason(rawValue: error.code) ?? .imageFetchFailed
            fail(number, reason, "the \(role) image: \(error.message)")
        }
    }

    // MARK: Images at the provider

    /// Engines of one account and site share their uploads.
    func uploadKey(_ digest: ContentDigest, engine: String) -> UploadKey {
        let scope = settings.engines[engine]?.uploadScope ?? ""
        return UploadKey(scope: scope.isEmpty ? engine : scope, digest: digest)
    }

    func isUsable(_ image: StoredImage, engine: String) -> Bool {
        guard case .ready(let upload)? = uploads[uploadKey(image.digest, engine: engine)] else { return false }
        return upload.expiresAt > now.unix
    }

    mutating func upload(_ image: StoredImage, for number: Int64, engine: String) {
        let key = uploadKey(image.digest, engine: engine)
        if case .onItsWay(let waiting)? = uploads[key] {
            if !waiting.contains(number) { uploads[key] = .onItsWay(waiting: waiting + [number]) }
            return
        }
        uploads[key] = .onItsWay(waiting: [number])
        place(.prepare(image), engine: engine, for: .upload(key))
    }

    mutating func uploadEnded(_ key: UploadKey, _ reply: CallReply) {
        guard case .onItsWay(let waiting)? = uploads[key] else { return }
        switch reply {
        case .prepared(let image):
            let lifetime = min(max(image.lifetimeSeconds, 0), EngineLimits.uploadLifetimeSecondsMax)
            let record = UploadRecord(
                engine: key.scope, digest: key.digest, handle: image.handle, expiresAt: now.unix + lifetime * 1_000)
            dropExpiredUploads()
            uploads[key] = .ready(record)
            effects.append(.save(.upload(record)))
            for number in waiting where awaits(number, key) { imageArrived(number, key.digest) }
        case .prepareFailed(let error):
            uploads[key] = nil
            for number in waiting where awaits(number, key) { imageFailed(number, key.digest, error) }
        default: uploads[key] = nil
        }
    }

    /// Every picture is new to the service sooner or later: what has expired must not stay. Swept at each doubling, so that it costs nothing.
    private mutating func dropExpiredUploads() {
        guard uploads.count >= uploadsSweptAt else { return }
        uploads = uploads.filter { entry in
            if case .ready(let upload) = entry.value { upload.expiresAt > now.unix } else { true }
        }
        forgetOldestUploads()
        uploadsSweptAt = min(
            max(EngineLimits.uploadsInMemoryMin, 2 * uploads.count), EngineLimits.uploadsInMemoryMax)
    }

    /// Where too many are still good, the half that expires first is forgotten.
    private mutating func forgetOldestUploads() {
        guard uploads.count >= EngineLimits.uploadsInMemoryMax else { return }
        let ends = uploads.values.compactMap { if case .ready(let upload) = $0 { upload.expiresAt } else { nil } }
            .sorted()
        guard ends.count > 1 else { return }
        let middle = ends[ends.count / 2]
        uploads = uploads.filter { entry in
            if case .ready(let upload) = entry.value { upload.expiresAt > middle } else { true }
        }
    }

    /// Whether the task still waits for this very upload: it may have ended meanwhile, or gone to an engine of another account.
    private func awaits(_ number: Int64, _ key: UploadKey) -> Bool {
        guard let task = open[number], task.record.state == .uploading, task.imagesAwaited.contains(key.digest) else {
            return false
        }
        return uploadKey(key.digest, engine: task.record.engine) == key
    }

    private mutating func imageArrived(_ number: Int64, _ digest: ContentDigest) {
        open[number]?.imagesAwaited.remove(digest)
        if open[number]?.imagesAwaited.isEmpty == true { continueAttempt(number) }
    }

    private mutating func imageFailed(_ number: Int64, _ digest: ContentDigest, _ error: BackendError) {
        guard let task = open[number] else { return }
        open[number]?.imagesAwaited.remove(digest)
        open[number]?.prepareTries += 1
        let tries = task.prepareTries + 1
        let engine = task.record.engine
        switch error.errorClass {
        case .auth, .quota, .configuration:
            refuse(engine, error)
            putOff(number, describe(error, engine: engine))
        case .rejected: fail(number, .contentRejected, describe(error, engine: engine))
        case .permanent, .expired, .refusedBySink: fail(number, .uploadFailed, describe(error, engine: engine))
        case .transient, .backpressure:
            if tries < EngineLimits.prepareTriesMax {
                wake(number, after: retryDelay(error, failures: tries))
            } else {
                putOffOrFail(number, .uploadFailed, error)
            }
        }
    }
}
