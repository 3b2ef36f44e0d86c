package import CPoseProto

/// What the provider took for a run, as decimal text; empty where it did not say.
public struct Cost: WireMessage, Equatable {
    public var coins = ""
    public var money = ""
    public var currency = ""

    public init() {}
}

extension Cost {
    package static var unpackC: UnpackC<Posetransfer__V1__Cost> { posetransfer__v1__cost__unpack }

    package init(_ form: Posetransfer__V1__Cost, at path: String) throws(WireError) {
        coins = try form.coins.text(path + "coins")
        money = try form.money.text(path + "money")
        currency = try form.currency.text(path + "currency")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Cost> {
        try packer.make(posetransfer__v1__cost__init) { (form: inout Posetransfer__V1__Cost) throws(WireError) in
            form.coins = try packer.text(coins)
            form.money = try packer.text(money)
            form.currency = try packer.text(currency)
        }
    }
}

/// One result picture.
public struct Output: WireMessage, Equatable {
    public var name = ""
    public var sizeBytes: UInt64 = 0
    /// 32 bytes.
    public var sha256: [UInt8] = []
    public var mediaType = ""
    public var width: UInt32 = 0
    public var height: UInt32 = 0

    public init() {}
}

extension Output {
    package static var unpackC: UnpackC<Posetransfer__V1__Output> { posetransfer__v1__output__unpack }

    package init(_ form: Posetransfer__V1__Output, at path: String) throws(WireError) {
        name = try form.name.text(path + "name")
        sizeBytes = form.size_bytes
        sha256 = form.sha256.copied
        mediaType = try form.media_type.text(path + "media_type")
        width = form.width
        height = form.height
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Output> {
        try packer.make(posetransfer__v1__output__init) { (form: inout Posetransfer__V1__Output) throws(WireError) in
            form.name = try packer.text(name)
            form.size_bytes = sizeBytes
            form.sha256 = try packer.bytes(sha256)
            form.media_type = try packer.text(mediaType)
            form.width = width
            form.height = height
        }
    }
}

/// When each stage was reached, in Unix milliseconds; 0: not (yet).
public struct StageTimes: WireMessage, Equatable {
    public var acceptedAt: Int64 = 0
    public var startedAt: Int64 = 0
    public var uploadedAt: Int64 = 0
    public var submittedAt: Int64 = 0
    public var runningAt: Int64 = 0
    public var downloadedAt: Int64 = 0
    public var endedAt: Int64 = 0

    public init() {}
}

extension StageTimes {
    package static var unpackC: UnpackC<Posetransfer__V1__StageTimes> { posetransfer__v1__stage_times__unpack }

    package init(_ form: Posetransfer__V1__StageTimes, at path: String) throws(WireError) {
        acceptedAt = form.accepted_at_unix_ms
        startedAt = form.started_at_unix_ms
        uploadedAt = form.uploaded_at_unix_ms
        submittedAt = form.submitted_at_unix_ms
        runningAt = form.running_at_unix_ms
        downloadedAt = form.downloaded_at_unix_ms
        endedAt = form.ended_at_unix_ms
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__StageTimes> {
        try packer.make(posetransfer__v1__stage_times__init) {
            (form: inout Posetransfer__V1__StageTimes) throws(WireError) in
            form.accepted_at_unix_ms = acceptedAt
            form.started_at_unix_ms = startedAt
            form.uploaded_at_unix_ms = uploadedAt
            form.submitted_at_unix_ms = submittedAt
            form.running_at_unix_ms = runningAt
            form.downloaded_at_unix_ms = downloadedAt
            form.ended_at_unix_ms = endedAt
        }
    }
}

/// One line of a task's story.
///
/// A stored event has a sequence and a cursor of its own and survives restarts; a transient one repeats the last of both and only tells a newer
/// progress, position, estimate or message.
public struct StatusEvent: WireMessage, Equatable {
    public var taskID = ""
    /// 1, 2, 3 ... within its task.
    public var sequence: UInt64 = 0
    /// Grows in the order in which events become visible; what a stream resumes by.
    public var cursor: UInt64 = 0
    public var state = TaskState.unspecified
    /// 0 to 1; -1: not known.
    public var progress: Float = 0
    /// From 1; 0: not queued.
    public var queuePosition: UInt32 = 0
    /// 0: not known.
    public var etaMilliseconds: UInt64 = 0
    /// 0: not known.
    public var etaP90Milliseconds: UInt64 = 0
    public var engine = ""
    public var step = ""
    /// From 1.
    public var attempt: UInt32 = 0
    /// For people.
    public var message = ""
    /// Why the task failed.
    public var error: Status?
    public var charged = Charged.unspecified
    public var cost: Cost?
    /// Unix milliseconds.
    public var at: Int64 = 0
    public var isTransient = false
    /// Stored events of this task that the stream left out right before this one.
    public var dropped: UInt64 = 0
    /// In the last event.
    public var outputs: [Output] = []
    public var cancelRequested = false
    /// Only where all callers are watched.
    public var caller = ""

    public init() {}
}

extension StatusEvent {
    package static var unpackC: UnpackC<Posetransfer__V1__StatusEvent> { posetransfer__v1__status_event__unpack }

    package init(_ form: Posetransfer__V1__StatusEvent, at path: String) throws(WireError) {
        taskID = try form.task_id.text(path + "task_id")
        sequence = form.sequence
        cursor = form.cursor
        state = TaskState(rawValue: Int32(bitPattern: form.state.rawValue))
        progress = form.progress
        queuePosition = form.queue_position
        etaMilliseconds = form.eta_ms
        etaP90Milliseconds = form.eta_p90_ms
        engine = try form.engine.text(path + "engine")
        step = try form.step.text(path + "step")
        attempt = form.attempt
        message = try form.message.text(path + "message")
        if let error = form.error { self.error = try Status(error.pointee, at: path + "error.") }
        charged = Charged(rawValue: Int32(bitPattern: form.charged.rawValue))
        if let cost = form.cost { self.cost = try Cost(cost.pointee, at: path + "cost.") }
        at = form.at_unix_ms
        isTransient = form.transient != 0
        dropped = form.dropped
        for (index, element) in elements(form.n_outputs, form.outputs).enumerated() {
            outputs.append(try Output(element, at: "\(path)outputs[\(index)]."))
        }
        cancelRequested = form.cancel_requested != 0
        caller = try form.caller.text(path + "caller")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__StatusEvent> {
        try packer.make(posetransfer__v1__status_event__init) {
            (form: inout Posetransfer__V1__StatusEvent) throws(WireError) in
            form.task_id = try packer.text(taskID)
            form.sequence = sequence
            form.cursor = cursor
            form.state = Posetransfer__V1__TaskState(rawValue: UInt32(bitPattern: state.rawValue))
            form.progress = progress
            form.queue_position = queuePosition
            form.eta_ms = etaMilliseconds
            form.eta_p90_ms = etaP90Milliseconds
            form.engine = try packer.text(engine)
            form.step = try packer.text(step)
            form.attempt = attempt
            form.message = try packer.text(message)
            form.error = try error?.build(packer)
            form.charged = Posetransfer__V1__Charged(rawValue: UInt32(bitPattern: charged.rawValue))
            form.cost = try cost?.build(packer)
            form.at_unix_ms = at
            form.transient = isTransient ? 1 : 0
            form.dropped = dropped
            form.n_outputs = outputs.count
            form.outputs = try packer.messages(outputs)
            form.cancel_requested = cancelRequested ? 1 : 0
            form.caller = try packer.text(caller)
        }
    }
}
