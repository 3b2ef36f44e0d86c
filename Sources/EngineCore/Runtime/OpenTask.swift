import BackendAPI

/// A task that has not ended, with what only this process needs to know.
struct OpenTask: Sendable {
    /// Why its run is being ended before it ended by itself.
    enum Ending: Sendable, Equatable {
        case callerAsked
        case deadlinePassed
    }

    var record: TaskRecord
    /// Monotonic milliseconds: start-by while QUEUED, time-out while RUNNING.
    var deadline: Int64?
    /// Monotonic milliseconds of the next look or retry.
    var wakeAt: Int64?
    /// The time for which a timer stands in the heap.
    var armedAt: Int64?
    /// The one call whose reply is awaited (uploads are awaited by content, not here).
    var call: CallID?
    /// The line in which it waits while QUEUED.
    var route: Route?
    /// Addresses that are being read.
    var urlsAwaited: Set<String> = []
    var fetchTries = 0
    /// The marker of a submit of this step that the provider may have taken, which is sent again as configured: on the same engine alone, since
    /// another one may only follow where surely nothing was taken. Empty: there is none.
    var doubtfulMarker = ""
    /// Images that are on their way to the provider.
    var imagesAwaited: Set<ContentDigest> = []
    var holdsSlot = false
    var ending: Ending?
    /// What the provider said to the cancel; nil: not asked yet, or no answer yet.
    var cancelOutcome: CancelOutcome?
    var cancelTries = 0
    var looksAfterCancel = 0
    var transientRefusals = 0
    var prepareTries = 0
    /// Uploads for which the present attempt waited.
    var uploadsAwaited = 0
    var downloadTries = 0
    var uselessDownloads = 0
    var lostLooks = 0
    var emptyLooks = 0
    var looksWithoutAnswer = 0
    /// Whether a paid attempt lay before the present one.
    var chargedBefore = Charged.no
    var progress: Float = -1
    var queuePosition: UInt32 = 0

    init(record: TaskRecord) { self.record = record }

    /// The two pictures of the present step: what the step before made stands for the task's own source.
    var inputs: [InputImage] { [record.stepSource.map(InputImage.stored) ?? record.source, record.pose] }

    var queueEntry: FairQueue.Entry { FairQueue.Entry(number: record.number, priority: record.priority) }

    /// The next step begins: what belonged to the run of the one before is over.
    mutating func forgetRun() {
        var fresh = OpenTask(record: record)
        fresh.armedAt = armedAt
        fresh.chargedBefore = record.charged
        self = fresh
    }

    /// The view with the newest progress and position.
    var view: TaskView {
        var latest = TaskEvent(latestOf: record)
        if record.state == .running { latest.progress = progress }
        if record.state == .queued { latest.queuePosition = queuePosition }
        return TaskView(record: record, latest: latest)
    }
}
