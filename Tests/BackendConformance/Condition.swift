/// What a stand's provider is like, or what happens there. A case says which it needs; a backend that cannot be brought into one says why.
package enum Condition: String, CaseIterable, Sendable {
    // Backends as such
    /// It runs pose transfers at all.
    case works
    /// It is registered and never runs.
    case disabled
    /// `capabilities.cancels`, and its opposite.
    case cancels, cannotCancel
    /// `capabilities.reportsCost`, and its opposite.
    case tellsCost, tellsNoCost
    /// `capabilities.reportsProgress`, and its opposite.
    case tellsProgress, tellsNoProgress

    // Uploads
    /// Images beyond `ConformanceStand.uploadBytesMax` are not taken.
    case uploadLimit
    /// What is no picture is not taken.
    case uploadJudgesContent
    /// JPEG and WebP are taken besides PNG.
    case uploadTakesOtherPictures
    case uploadFault, uploadPage, uploadHangs, uploadFull
    /// The first answer is lost, the next ones arrive.
    case uploadReplyLostOnce

    // Starting a run
    case startFull, startRateLimited, startBadRequest, startRejected
    /// The run is made; its answer is lost, late, or not what an answer should be.
    case startReplyLost, startSlow, startPage, startTruncated, startEmpty, startWithoutID, startHangs
    /// The connection ends before or after the request was read; nothing is made.
    case startResetBeforeReading, startResetAfterReading
    case startFault, startRedirects
    /// The run is made, and said at once to be invalid.
    case startInvalid
    /// A refusal that repeats the key.
    case startEchoesKey

    // A run
    /// It waits at the provider before it runs.
    case runQueues
    case runFails, runRejected, runForgotten
    /// It ends well without any file, or without a picture among its files.
    case runWithoutOutput, runWithoutPicture
    /// The first look has trouble, the next ones have none.
    case lookFaultOnce, lookPageOnce
    case lookUnknownWord, lookHangs, lookKeyRefused

    // Ending a run
    case cancelFault, cancelHangs

    // Results
    case fileExpired, fileFault, fileCut, fileHangs
    /// A result that lies on a host nobody allowed.
    case fileElsewhere

    // Set-ups
    case wrongKey, wrongSite, noBalance, unknownWorkflow, workflowNeverRan, wrongNode, unreachable
    case accountFault, accountHangs
}
