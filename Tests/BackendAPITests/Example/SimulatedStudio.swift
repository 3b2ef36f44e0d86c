import BackendConformance
import Synchronization

/// The studio in memory, with a record of what really happened and every trouble that it can make.
final class SimulatedStudio: StudioService {
    static let key = "studio-key-canary-0001"
    static let style = "classic"

    struct Order {
        var name: String
        var person: String
        var pose: String
        var hasBegun: Bool
        var hasEnded = false
        var isStopped = false
    }

    private struct State {
        /// Digests by upload.
        var uploads: [String: String] = [:]
        var orders: [Order] = []
        var arrivals: [ProviderCall: Int] = [:]
        var waiting: [(call: ProviderCall, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        /// Troubles that come once.
        var spent: Set<Condition> = []
    }

    private let conditions: Set<Condition>
    private let state = Mutex(State())

    init(_ conditions: Set<Condition>) { self.conditions = conditions }

    var books: Books {
        state.withLock { state in
            Books(
                startsSeen: state.arrivals[.start] ?? 0,
                runs: state.orders.map {
                    Books.Run(id: $0.name, source: $0.person, pose: $0.pose, isCancelled: $0.isStopped, cost: "0.25")
                })
        }
    }

    func advance(to stage: RunStage) {
        state.withLock { state in
            for index in state.orders.indices {
                state.orders[index].hasBegun = true
                if stage == .ended { state.orders[index].hasEnded = !state.orders[index].isStopped }
            }
        }
    }

    func arrived(_ call: ProviderCall, count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.arrivals[call] ?? 0 < count else { return true }
                state.waiting.append((call, count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func result(of order: String) -> [UInt8]? {
        state.withLock { state in state.orders.first { $0.name == order } }
            .map { Array("picture of \($0.person) in the pose of \($0.pose)".utf8) }
    }

    // MARK: The service

    func upload(_ bytes: [UInt8], key: String) async throws(StudioError) -> String {
        try await enter(.upload, key, faults: [.uploadFault: "fault", .uploadFull: "busy"], hangs: .uploadHangs)
        guard bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) else { throw StudioError(word: "bad picture") }
        let name = state.withLock { state in
            let name = "picture-\(state.uploads.count + 1)"
            state.uploads[name] = Picture.digest(bytes)
            return name
        }
        if isFirst(.uploadReplyLostOnce) { throw StudioError(word: "no answer") }
        return name
    }

    private static let refusals: [Condition: String] = [
        .startFull: "busy", .startRateLimited: "busy", .startBadRequest: "bad order", .startRejected: "not allowed",
        .noBalance: "no credit", .unknownWorkflow: "no such style", .startFault: "fault", .startEchoesKey: "bad order",
        .startResetAfterReading: "no answer",
    ]

    func order(_ order: StudioOrder, key: String) async throws(StudioError) -> String {
        try await enter(.start, key, faults: Self.refusals, hangs: .startHangs)
        let made = state.withLock { state -> String? in
            guard let person = state.uploads[order.person], let pose = state.uploads[order.pose] else { return nil }
            let name = "order-\(state.orders.count + 1)"
            state.orders.append(
                Order(name: name, person: person, pose: pose, hasBegun: !conditions.contains(.runQueues)))
            return name
        }
        guard let made else { throw StudioError(word: "bad order", text: "no such picture") }
        if conditions.contains(.startReplyLost) { throw StudioError(word: "no answer") }
        return conditions.contains(.startWithoutID) ? "" : made
    }

    func look(at order: String, key: String) async throws(StudioError) -> StudioState {
        if isFirst(.lookFaultOnce) { throw StudioError(word: "fault") }
        try await enter(.look, key, faults: [.lookKeyRefused: "bad key"], hangs: .lookHangs)
        guard let order = find(order), !(order.hasEnded && conditions.contains(.runForgotten)) else {
            throw StudioError(word: "no such order", text: "\(key) has no such order")
        }
        if conditions.contains(.lookUnknownWord) { return StudioState(word: "dreaming") }
        if order.isStopped { return StudioState(word: "stopped", price: "0.25") }
        guard order.hasBegun else { return StudioState(word: "waiting") }
        guard order.hasEnded else { return StudioState(word: "working", share: 0.5) }
        if conditions.contains(.runFails) { return StudioState(word: "failed", reason: Bench.failure) }
        if conditions.contains(.runRejected) { return StudioState(word: "refused", reason: "not allowed") }
        let files = conditions.contains(.runWithoutOutput) ? [] : [order.name]
        return StudioState(word: "done", files: files, price: "0.25")
    }

    func stop(_ order: String, key: String) async throws(StudioError) {
        try await enter(.cancel, key, faults: [.cancelFault: "fault"], hangs: .cancelHangs)
        guard find(order) != nil else { throw StudioError(word: "no such order") }
        state.withLock { state in
            for index in state.orders.indices where state.orders[index].name == order {
                state.orders[index].isStopped = !state.orders[index].hasEnded
            }
        }
    }

    func file(_ name: String) async throws(StudioError) -> [UInt8] {
        try await enter(
            .file, Self.key, faults: [.fileExpired: "no such file", .fileFault: "fault"], hangs: .fileHangs)
        guard let bytes = result(of: name) else { throw StudioError(word: "no such file") }
        return bytes
    }

    func account(key: String) async throws(StudioError) -> StudioAccount {
        try await enter(.account, key, faults: [.accountFault: "fault"], hangs: .accountHangs)
        return StudioAccount(
            credit: conditions.contains(.noBalance) ? 0 : 100,
            styles: conditions.contains(.unknownWorkflow) ? ["modern"] : [Self.style, "modern"])
    }

    // MARK: Trouble

    private func enter(
        _ call: ProviderCall, _ key: String, faults: [Condition: String], hangs: Condition
    ) async throws(StudioError) {
        if conditions.contains(.unreachable) { throw StudioError(word: "unreachable") }
        arrive(call)
        if conditions.contains(hangs) {
            await Self.hang()
            throw StudioError(word: "no answer", text: "the call was given up")
        }
        if conditions.contains(.wrongKey) || key != Self.key {
            throw StudioError(word: "bad key", text: "\(key) is unknown")
        }
        if let word = faults.first(where: { conditions.contains($0.key) })?.value {
            let wait: Int64? = conditions.contains(.startRateLimited) ? 7 : nil
            throw StudioError(word: word, text: "not with \(key)\n", wait: wait)
        }
    }

    private func arrive(_ call: ProviderCall) {
        let ready = state.withLock { state in
            let count = (state.arrivals[call] ?? 0) + 1
            state.arrivals[call] = count
            let ready = state.waiting.filter { $0.call == call && $0.count <= count }
            state.waiting.removeAll { $0.call == call && $0.count <= count }
            return ready.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }

    /// Returns when the Swift task is cancelled.
    private static func hang() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
    }

    private func isFirst(_ condition: Condition) -> Bool {
        conditions.contains(condition) && state.withLock { $0.spent.insert(condition).inserted }
    }

    private func find(_ name: String) -> Order? { state.withLock { $0.orders.first { $0.name == name } } }
}
