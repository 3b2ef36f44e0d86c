import BackendAPI

/// The way of one attempt up to the provider's word: images, the intent, the one submit.
extension EngineMachine {
    mutating func startAttempt(_ number: Int64, on engine: String) {
        open[number]?.deadline = nil
        open[number]?.prepareTries = 0
        open[number]?.fetchTries = 0
        open[number]?.uploadsAwaited = 0
        let at = now.unix
        save(number, "uploading the images") { record in
            record.state = .uploading
            record.engine = engine
            record.times.started = at
        }
        continueAttempt(number)
    }

    /// Fetches what is at an address, uploads what the provider does not have yet; once it has both images, the submit follows.
    mutating func continueAttempt(_ number: Int64) {
        guard let task = open[number], task.record.state == .uploading else { return }
        var awaited: Set<ContentDigest> = []
        for input in task.inputs {
            switch input {
            case .url(let url): fetch(url, for: number)
            case .stored(let image):
                if !isUsable(image, engine: task.record.engine), awaited.insert(image.digest).inserted {
                    upload(image, for: number, engine: task.record.engine)
                }
            }
        }
        open[number]?.imagesAwaited = awaited
        if isRenewedWithoutEnd(number, new: awaited.subtracting(task.imagesAwaited).count) { return }
        if awaited.isEmpty, open[number]?.urlsAwaited.isEmpty == true { imagesAreThere(number) }
    }

    /// The engine may have been paused or refused while the images went up: then no run is begun on it.
    private mutating func imagesAreThere(_ number: Int64) {
        guard !isDraining, let engine = open[number]?.record.engine, let gate = gates[engine] else { return }
        if let refusal = gate.refusal {
            putOff(number, refusal.message)
        } else if gate.isPaused {
            putOff(number, "engine '\(engine)' is paused")
        } else {
            submit(number)
        }
    }

    /// Ends a task whose uploads expire faster than they are made.
    private mutating func isRenewedWithoutEnd(_ number: Int64, new: Int) -> Bool {
        guard let task = open[number], new > 0 else { return false }
        open[number]?.uploadsAwaited = task.uploadsAwaited + new
        guard task.uploadsAwaited + new > EngineLimits.uploadsAwaitedMax else { return false }
        fail(
            number, .uploadFailed,
            "engine '\(task.record.engine)': uploaded images expired before both were there, again and again")
        return true
    }

    func retryDelay(_ error: BackendError, failures: Int) -> Int64 {
        var told: Int64?
        if case .backpressure(let retryAfter) = error.errorClass { told = retryAfter }
        return Backoff.delay(failures: failures, retryAfterMilliseconds: told, random: random.next())
    }

    mutating func wake(_ number: Int64, after milliseconds: Int64) {
        open[number]?.wakeAt = now.monotonic + max(0, milliseconds)
        arm(number)
    }

    // MARK: Submit

    /// Saves the intent, then lets the one call out. The order of these two effects is what "never paid twice" rests on.
    private mutating func submit(_ number: Int64) {
        guard let task = open[number] else { return }
        let handles = task.inputs.map { $0.stored.flatMap { handle(of: $0, task.record.engine) } }
        guard handles.count == 2, let source = handles[0], let pose = handles[1] else { return }
        let marker = newMarker()
        let at = now.unix
        open[number]?.chargedBefore = task.record.charged
        open[number]?.wakeAt = nil
        save(number, "submitting to engine '\(task.record.engine)'") { record in
            record.state = .submitting
            record.marker = marker
            record.times.uploaded = at
            if record.charged == .no { record.charged = .unknown }
        }
        let request = RunRequest(
            images: [RunRequest.sourceInput: source, RunRequest.poseInput: pose],
            parameters: parameters(of: task.record), marker: marker)
        place(.submit(request), engine: task.record.engine, for: .task(number))
    }

    /// Those that the engine declares: another step's may be another engine's.
    private func parameters(of record: TaskRecord) -> [String: String] {
        let declared = Set(settings.engines[record.engine]?.plan.parameters.map(\.name) ?? [])
        return record.parameters.filter { declared.contains($0.key) }
    }

    private func handle(of image: StoredImage, _ engine: String) -> PreparedImage? {
        guard case .ready(let upload)? = uploads[uploadKey(image.digest, engine: engine)] else { return nil }
        return PreparedImage(handle: upload.handle, lifetimeSeconds: max(0, (upload.expiresAt - now.unix) / 1_000))
    }

    private func newMarker() -> String {
        let digits = Array("0123456789abcdef".utf8)
        let words = [random.next(), random.next()]
        let text = words.flatMap { word in (0..<16).map { digits[Int((word >> UInt64($0 * 4)) & 15)] } }
        return String(decoding: text, as: UTF8.self)
    }

    mutating func submitEnded(_ number: Int64, _ outcome: SubmitOutcome) {
        switch outcome {
        case .accepted(let run): runAccepted(number, run)
        case .acceptedButInvalid(let run, let error): runInvalid(number, run, error)
        case .refused(let error): submitRefused(number, error)
        case .unknown(let error): submitUnknown(number, describe(error, engine: open[number]?.record.engine ?? ""))
        }
    }

    private mutating func runAccepted(_ number: Int64, _ run: RunID) {
        guard let engine = open[number]?.record.engine else { return }
        gates[engine]?.attemptAccepted(unix: now.unix)
        standingsChanged = true
        runBegan(number, run)
    }

    /// Also a run that an operator found at the provider: it is observed from now on like one that was just accepted.
    mutating func runBegan(_ number: Int64, _ run: RunID) {
        guard let task = open[number] else { return }
        let at = now.unix
        // The caller's reason stays to be told at the end.
        let wish = task.record.cancelRequested ? task.record.message : nil
        save(number, wish ?? "running at engine '\(task.record.engine)' as run \(run)") { record in
            record.state = .running
            record.run = run
            record.charged = .yes
            record.times.submitted = at
            record.times.running = at
        }
        let limit = runMillisecondsMax(task.record)
        open[number]?.deadline = now.monotonic + limit
        if task.record.cancelRequested {
            endRun(number, because: .callerAsked)
        } else {
            wake(number, after: pollDelay(number))
        }
    }

    /// The task's time-out, cut to the limit of the engine that has it.
    func runMillisecondsMax(_ record: TaskRecord) -> Int64 {
        min(record.taskTimeoutMilliseconds, settings.engines[record.engine]?.plan.timeoutMilliseconds ?? .max)
    }

    private mutating func runInvalid(_ number: Int64, _ run: RunID, _ error: BackendError) {
        guard let engine = open[number]?.record.engine else { return }
        open[number]?.record.run = run
        fail(number, .runInvalid, describe(error, engine: engine))
        guard settings.engines[engine]?.capabilities.cancels == true else { return }
        unwantedRuns[run] = UnwantedRun(engine: engine)
        cancelUnwanted(run)
    }

    private mutating func submitRefused(_ number: Int64, _ error: BackendError) {
        guard let task = open[number] else { return }
        let engine = task.record.engine
        open[number]?.record.charged = task.chargedBefore
        if task.record.cancelRequested {
            end(number, as: .cancelled, "cancelled before the provider took it")
            return
        }
        let text = describe(error, engine: engine)
        switch error.errorClass {
        case .auth, .quota, .configuration:
            refuse(engine, error)
            putOff(number, text)
        case .backpressure:
            waitBeforeNextAttempt(engine, error)
            putOff(number, text)
        case .transient: putOffOrFail(number, .engineUnavailable, error)
        case .rejected: fail(number, .contentRejected, text)
        case .permanent, .expired, .refusedBySink: fail(number, .runInvalid, text)
        }
    }

    /// The provider could not be used this time and surely started nothing: the whole engine waits a little, the task tries again until its attempts
    /// are used up.
    mutating func putOffOrFail(_ number: Int64, _ reason: FailureReason, _ error: BackendError) {
        guard let task = open[number] else { return }
        let attempts = task.transientRefusals + 1
        open[number]?.transientRefusals = attempts
        waitBeforeNextAttempt(task.record.engine, error)
        let text = describe(error, engine: task.record.engine)
        if attempts < EngineLimits.transientAttemptsMax {
            putOff(number, text)
        } else {
            let word = task.doubtfulMarker.isEmpty ? ", surely nothing was started" : ""
            giveUp(task.record, TaskFailure(reason, "\(text); tried \(attempts) times\(word)"))
        }
    }

    private mutating func waitBeforeNextAttempt(_ engine: String, _ error: BackendError) {
        let (at, drawn) = (now.monotonic, random.next())
        gates[engine]?.attemptPutOff(by: error, now: at, random: drawn)
    }

    /// It may have been created: never sent again by itself, unless people chose a second charge over a lost task.
    mutating func submitUnknown(_ number: Int64, _ why: String) {
        guard let task = open[number] else { return }
        let engine = task.record.engine
        if settings.engines[engine]?.plan.resubmitsUnknown == true, !task.record.cancelRequested,
            whyNotStartable(task.record) == nil
        {
            open[number]?.doubtfulMarker = task.record.marker
            putOff(number, "\(why); it is not known whether a run was started, and it is sent again as configured")
            return
        }
        fail(
            number, .submissionUnknown,
            "\(why); it is not known whether the provider started (and bills) a run: look at its call records for marker \(task.record.marker.prefix(8)) before you submit again"
        )
    }

    /// Back to the queue for another attempt; the provider surely took nothing (or a second charge is allowed).
    mutating func putOff(_ number: Int64, _ message: String) {
        guard let task = open[number] else { return }
        giveSlotBack(number, runEnded: false)
        open[number]?.imagesAwaited = []
        open[number]?.urlsAwaited = []
        open[number]?.wakeAt = nil
        save(number, message) { record in
            record.state = .queued
            record.attempt += 1
            record.marker = task.doubtfulMarker
            record.run = nil
        }
        let waited = now.unix - task.record.queuedAt
        let left = task.record.startByMilliseconds - min(max(waited, 0), task.record.startByMilliseconds)
        joinQueue(number, startByLeft: left)
        if let line = open[number]?.route { lines[line]?.positionsChanged = true }
    }
}
