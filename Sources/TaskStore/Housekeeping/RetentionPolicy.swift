/// How long things are kept. A time is over when exactly so many milliseconds have passed.
package struct RetentionPolicy: Sendable, Equatable {
    /// Results, after their task ended.
    package var resultMilliseconds: Int64
    /// Ended tasks with their events and keys. A task that ended SUBMISSION_UNKNOWN stays until it is settled.
    package var taskMilliseconds: Int64
    /// Input pictures, after their task ended; those of a task that ended SUBMISSION_UNKNOWN until it is settled, as they may be needed again.
    package var inputMilliseconds: Int64
    /// Bytes of all pictures together, above which results go before their time, those of the tasks that ended first foremost. 0: no bound.
    package var bytesMax: Int64
    /// A file that was stored, or found present, less than this ago is left alone: a submit on its way may be about to name it.
    package var graceMilliseconds: Int64
    /// Between two looks at all files; rows are looked at in each round.
    package var sweepMilliseconds: Int64

    package init(
        resultMilliseconds: Int64 = 7 * 86_400_000, taskMilliseconds: Int64 = 30 * 86_400_000,
        inputMilliseconds: Int64 = 86_400_000, bytesMax: Int64 = 0, graceMilliseconds: Int64 = 3_600_000,
        sweepMilliseconds: Int64 = 600_000
    ) {
        self.resultMilliseconds = resultMilliseconds
        self.taskMilliseconds = taskMilliseconds
        self.inputMilliseconds = inputMilliseconds
        self.bytesMax = bytesMax
        self.graceMilliseconds = graceMilliseconds
        self.sweepMilliseconds = sweepMilliseconds
    }
}

/// The moments that a policy means at one `now`, in Unix milliseconds.
struct RetentionMoments: Equatable {
    /// Tasks that ended then or earlier go, with what they have.
    let tasksEndedBy: Int64
    let resultsEndedBy: Int64
    let inputsEndedBy: Int64
    /// Put images that expired then or earlier go. The grace lets a submit end that has just found one good.
    let imagesExpiredBy: Int64
    /// Files that were last touched then or earlier may go.
    let filesTouchedBy: Int64

    init(_ policy: RetentionPolicy, now: Int64) {
        tasksEndedBy = Self.ago(policy.taskMilliseconds, now)
        resultsEndedBy = Self.ago(policy.resultMilliseconds, now)
        inputsEndedBy = Self.ago(policy.inputMilliseconds, now)
        imagesExpiredBy = Self.ago(policy.graceMilliseconds, now)
        filesTouchedBy = imagesExpiredBy
    }

    /// Everything that any row names is needed; for a purge.
    init(keepingAllFilesTouchedAfter moment: Int64) {
        (tasksEndedBy, resultsEndedBy, inputsEndedBy, imagesExpiredBy) = (.min, .min, .min, .min)
        filesTouchedBy = moment
    }

    /// Times beyond what a clock can show lie infinitely long ago.
    static func ago(_ milliseconds: Int64, _ now: Int64) -> Int64 {
        let (moment, overflow) = now.subtractingReportingOverflow(max(0, milliseconds))
        return overflow ? .min : moment
    }
}
