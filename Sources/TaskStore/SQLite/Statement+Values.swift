import BackendAPI
import Crypto
import EngineCore

/// Engine values that take several columns, written and read in the same order.
extension Statement {
    func bind(_ image: StoredImage) {
        bind(image.digest)
        bind(image.sizeBytes)
        bind(image.mediaType)
        bind(image.width)
        bind(image.height)
    }

    func image() throws(StoreError) -> StoredImage {
        StoredImage(
            digest: try digest(), sizeBytes: try integer(), mediaType: text(), width: try integer(),
            height: try integer())
    }

    /// An address stands in a column of its own, behind the image of no bytes.
    func bind(_ image: InputImage) {
        bind(image.stored ?? Self.noImage)
        bind(image.url)
    }

    private static let noImage = StoredImage(
        digest: ContentDigest(SHA256.hash(data: [UInt8]())), sizeBytes: 0, mediaType: "", width: 0, height: 0)

    func inputImage() throws(StoreError) -> InputImage {
        let image = try image()
        return optionalText().map(InputImage.url) ?? .stored(image)
    }

    func bind(_ resolution: Resolution?) {
        bind(resolution?.word)
        if case .adopted(let run)? = resolution { bind(run.rawValue) } else { bind(String?.none) }
    }

    func resolution() throws(StoreError) -> Resolution? {
        let (word, run) = (optionalText(), optionalText())
        switch (word, run) {
        case (nil, _): return nil
        case ("ADOPTED", let run?): return .adopted(RunID(rawValue: run))
        case ("NOT_CHARGED", _): return .notCharged
        case ("SUBMITTED_AGAIN", _): return .submittedAgain
        default: throw unexpected("the resolution \(word ?? "")")
        }
    }

    func bind(_ cost: RunCost?) {
        bind(cost?.coins)
        bind(cost?.money)
        bind(cost?.currency)
    }

    func cost() -> RunCost? {
        let (coins, money, currency) = (optionalText(), text(), text())
        return coins.map { RunCost(coins: $0, money: money, currency: currency) }
    }

    func bind(_ failure: TaskFailure?) {
        bind(failure?.reason.rawValue)
        bind(failure?.message)
    }

    func failure() throws(StoreError) -> TaskFailure? {
        let (stored, message) = (optionalText(), text())
        guard let stored else { return nil }
        guard let reason = FailureReason(rawValue: stored) else { throw unexpected("the reason \(stored)") }
        return TaskFailure(reason, message)
    }

    func bind(_ times: StageTimes) {
        bind(times.accepted)
        bind(times.started)
        bind(times.uploaded)
        bind(times.submitted)
        bind(times.running)
        bind(times.downloaded)
        bind(times.ended)
    }

    func times() throws(StoreError) -> StageTimes {
        var times = StageTimes()
        times.accepted = try integer()
        times.started = try integer()
        times.uploaded = try integer()
        times.submitted = try integer()
        times.running = try integer()
        times.downloaded = try integer()
        times.ended = try integer()
        return times
    }

    func state() throws(StoreError) -> TaskState {
        let stored = try integer(UInt8.self)
        guard let state = TaskState(rawValue: stored) else { throw unexpected("the state \(stored)") }
        return state
    }

    func charged() throws(StoreError) -> Charged {
        let stored = try integer(UInt8.self)
        guard let charged = Charged(rawValue: stored) else { throw unexpected("the charge \(stored)") }
        return charged
    }
}
