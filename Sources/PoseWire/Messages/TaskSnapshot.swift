package import CPoseProto

/// A task as it is now.
public struct TaskSnapshot: WireMessage, Equatable {
    /// Its newest stored event, with the newest progress.
    public var latest = StatusEvent()
    public var pipeline = ""
    public var priority: Int32 = 0
    public var labels: [String: String] = [:]
    /// Unix milliseconds.
    public var createdAt: Int64 = 0
    public var times = StageTimes()
    /// The effective one.
    public var taskTimeoutMilliseconds: UInt32 = 0
    public var caller = ""
    public var followsTaskID = ""
    public var followUpTaskID = ""
    public var resolution = ""
    public var startByMilliseconds: UInt32 = 0
    public var idempotencyKey = ""

    public init() {}
}

extension TaskSnapshot {
    package static var unpackC: UnpackC<Posetransfer__V1__TaskSnapshot> { posetransfer__v1__task_snapshot__unpack }

    package init(_ form: Posetransfer__V1__TaskSnapshot, at path: String) throws(WireError) {
        if let latest = form.latest { self.latest = try StatusEvent(latest.pointee, at: path + "latest.") }
        pipeline = try form.pipeline.text(path + "pipeline")
        priority = form.priority
        for entry in elements(form.n_labels, form.labels) {
            let key = try entry.key.text(path + "labels")
            labels[key] = try entry.value.text("\(path)labels.\(key)")
        }
        createdAt = form.created_at_unix_ms
        if let times = form.times { self.times = try StageTimes(times.pointee, at: path + "times.") }
        taskTimeoutMilliseconds = form.task_timeout_ms
        caller = try form.caller.text(path + "caller")
        followsTaskID = try form.follows_task_id.text(path + "follows_task_id")
        followUpTaskID = try form.follow_up_task_id.text(path + "follow_up_task_id")
        resolution = try form.resolution.text(path + "resolution")
        startByMilliseconds = form.start_by_ms
        idempotencyKey = try form.idempotency_key.text(path + "idempotency_key")
    }

    package func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__TaskSnapshot> {
        try packer.make(posetransfer__v1__task_snapshot__init) {
            (form: inout Posetransfer__V1__TaskSnapshot) throws(WireError) in
            form.latest = try latest.build(packer)
            form.pipeline = try packer.text(pipeline)
            form.priority = priority
            var labelsBuilt: [UnsafeMutablePointer<Posetransfer__V1__TaskSnapshot__LabelsEntry>] = []
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                labelsBuilt.append(
                    try packer.make(posetransfer__v1__task_snapshot__labels_entry__init) {
                        (entry: inout Posetransfer__V1__TaskSnapshot__LabelsEntry) throws(WireError) in
                        entry.key = try packer.text(key)
                        entry.value = try packer.text(value)
                    })
            }
            form.n_labels = labelsBuilt.count
            form.labels = try packer.pointers(labelsBuilt)
            form.created_at_unix_ms = createdAt
            form.times = try times.build(packer)
            form.task_timeout_ms = taskTimeoutMilliseconds
            form.caller = try packer.text(caller)
            form.follows_task_id = try packer.text(followsTaskID)
            form.follow_up_task_id = try packer.text(followUpTaskID)
            form.resolution = try packer.text(resolution)
            form.start_by_ms = startByMilliseconds
            form.idempotency_key = try packer.text(idempotencyKey)
        }
    }
}
