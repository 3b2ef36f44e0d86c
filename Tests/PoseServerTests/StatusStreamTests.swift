import EngineCore
import Testing

@testable import PoseServer

@Suite struct StatusStreamTests {
    private var script = EventScript()

    private func named(_ numbers: Int64...) -> StatusStream.Scope {
        .tasks(
            numbers.map { number in
                let task = script.named(number)
                return .init(
                    id: task.id, isEnded: task.isEnded, lastSequence: task.lastSequence, lastCursor: task.lastCursor)
            })
    }

    private func drain(_ stream: inout StatusStream) -> [StatusStream.Item] {
        var items: [StatusStream.Item] = []
        while let item = stream.next() { items.append(item) }
        return items
    }

    private func sequences(_ items: [StatusStream.Item]) -> [UInt64] { items.map(\.event.sequence) }

    @Test mutating func theWholePastComesBeforeWhatIsLive() {
        let past = [script.stored(1, .queued), script.stored(1, .uploading)]
        var stream = StatusStream(named(1))
        #expect(stream.wantedPage == .cursor([TaskID(rawValue: "tsk_1")], after: 0))
        stream.pageReadStarted()
        #expect(stream.wantedPage == nil)
        stream.eventArrived(script.stored(1, .submitting), delivered: 3)
        #expect(!stream.hasItems)
        stream.pageRead(past, upTo: 2, isLast: true)
        let items = drain(&stream)
        #expect(sequences(items) == [1, 2, 3])
        #expect(items.allSatisfy { $0.dropped == 0 })
    }

    @Test mutating func anEventThatThePageHeldAlreadyIsNotRepeated() {
        let first = script.stored(1, .queued)
        let second = script.stored(1, .uploading)
        var stream = StatusStream(named(1))
        stream.pageReadStarted()
        stream.eventArrived(second, delivered: 2)
        stream.pageRead([first, second], upTo: 2, isLast: true)
        stream.eventArrived(second, delivered: 2)
        #expect(sequences(drain(&stream)) == [1, 2])
    }

    @Test mutating func aLongPastIsReadPageByPageEachAfterTheOneBeforeWasTaken() {
        let past = [script.stored(1, .queued), script.stored(1, .uploading)]
        var stream = StatusStream(named(1))
        stream.pageReadStarted()
        stream.pageRead([past[0]], upTo: 2, isLast: false)
        #expect(stream.wantedPage == nil, "the first page waits for the transport")
        #expect(stream.next()?.event == past[0])
        #expect(stream.wantedPage == .cursor([past[0].task], after: 1))
        stream.pageReadStarted()
        stream.pageRead([past[1]], upTo: 2, isLast: true)
        #expect(stream.next()?.event == past[1])
        #expect(stream.wantedPage == nil)
    }

    @Test mutating func whatWaitsBehindTheCatchUpIsOneEventATaskAndSaysHowManyWereLeftOut() {
        let first = script.stored(1, .queued)
        var stream = StatusStream(named(1))
        stream.pageReadStarted()
        stream.pageRead([first], upTo: 1, isLast: true)
        #expect(stream.next()?.dropped == 0)
        for state in [TaskState.uploading, .submitting, .running] {
            stream.eventArrived(script.stored(1, state), delivered: script.cursor)
        }
        let items = drain(&stream)
        #expect(sequences(items) == [4])
        #expect(items.map(\.dropped) == [2])
    }

    @Test mutating func aTasksFirstEventInAStreamHasDroppedNothing() {
        var stream = StatusStream(.everything)
        stream.pageReadStarted()
        stream.pageRead([], upTo: 0, isLast: true)
        stream.eventArrived(script.stored(1, .queued), delivered: 1)
        stream.eventArrived(script.stored(1, .uploading), delivered: 2)
        let items = drain(&stream)
        #expect(sequences(items) == [2])
        #expect(items.map(\.dropped) == [0])
    }

    @Test mutating func storedEventsKeepTheOrderOfTheirCursorsWhenOneStandsForOthers() {
        var stream = StatusStream(.everything)
        stream.pageReadStarted()
        stream.pageRead([], upTo: 0, isLast: true)
        stream.eventArrived(script.stored(1, .queued), delivered: 1)
        stream.eventArrived(script.stored(2, .queued), delivered: 2)
        stream.eventArrived(script.stored(1, .uploading), delivered: 3)
        #expect(drain(&stream).map(\.event.cursor) == [2, 3])
    }

    @Test mutating func aTransientEventNeverTakesTheStoredOnesPlaceAndIsNeverReplayed() {
        let first = script.stored(1, .running)
        var stream = StatusStream(named(1))
        stream.pageReadStarted()
        stream.eventArrived(script.transient(1, progress: 0.1), delivered: 1)
        stream.pageRead([first], upTo: 1, isLast: true)
        #expect(drain(&stream).map(\.event.isTransient) == [false])
        stream.eventArrived(script.transient(1, progress: 0.2), delivered: 1)
        stream.eventArrived(script.transient(1, progress: 0.3), delivered: 1)
        #expect(drain(&stream).map(\.event.progress) == [0.3])
        let stored = script.stored(1, .downloading)
        stream.eventArrived(stored, delivered: 2)
        stream.eventArrived(script.transient(1, progress: 0.4), delivered: 2)
        let items = drain(&stream)
        #expect(items.map(\.event) == [stored])
        #expect(items.map(\.dropped) == [0])
    }

    @Test mutating func aTransientEventOlderThanThePastThatWasReadIsNotShown() {
        let first = script.stored(1, .queued)
        let stale = script.transient(1, progress: 0.1)
        let second = script.stored(1, .running)
        var stream = StatusStream(named(1))
        stream.pageReadStarted()
        stream.pageRead([first, second], upTo: 2, isLast: true)
        _ = drain(&stream)
        stream.eventArrived(stale, delivered: 1)
        #expect(drain(&stream).isEmpty)
    }

    @Test mutating func itIsFinishedWhenTheLastEventOfEachNamedTaskIsOut() {
        let past = [script.stored(1, .queued), script.stored(2, .queued), script.stored(1, .failed)]
        var stream = StatusStream(named(1, 2))
        stream.pageReadStarted()
        stream.pageRead(past, upTo: 3, isLast: true)
        _ = drain(&stream)
        #expect(!stream.isFinished)
        stream.eventArrived(script.stored(2, .cancelled), delivered: 4)
        #expect(!stream.isFinished)
        _ = drain(&stream)
        #expect(stream.isFinished)
    }

    @Test mutating func itIsFinishedAtOnceWhenTheLastSequenceIsKnown() {
        _ = script.stored(1, .queued)
        _ = script.stored(1, .failed)
        let behind = StatusStream(named(1), afterSequence: 1)
        #expect(!behind.isFinished)
        #expect(behind.wantedPage == .sequence(TaskID(rawValue: "tsk_1"), after: 1))
        let there = StatusStream(named(1), afterSequence: 2)
        #expect(there.isFinished)
        #expect(there.wantedPage == nil)
        #expect(StatusStream(named(1), afterCursor: 2).isFinished)
    }

    @Test mutating func aNamedTaskThatEndedAndWhosePastIsGoneIsLost() {
        _ = script.stored(1, .queued)
        _ = script.stored(2, .queued)
        _ = script.stored(2, .failed)
        var stream = StatusStream(named(1, 2))
        stream.pageReadStarted()
        stream.pageRead([], upTo: 3, isLast: false)
        #expect(stream.lost == nil)
        stream.pageReadStarted()
        stream.pageRead([], upTo: 2, isLast: true)
        #expect(stream.lost == nil, "its last event is not shown yet: it may still come")
        var read = StatusStream(named(1, 2))
        read.pageReadStarted()
        read.pageRead([], upTo: 3, isLast: true)
        #expect(read.lost?.id == TaskID(rawValue: "tsk_2"))
    }

    @Test mutating func aTaskThatIsRemovedAfterItsLastEventWentOutIsNotLost() {
        let past = [script.stored(1, .queued), script.stored(2, .queued), script.stored(1, .failed)]
        var stream = StatusStream(named(1, 2))
        stream.pageReadStarted()
        stream.pageRead(past, upTo: 3, isLast: true)
        _ = drain(&stream)
        stream.taskRemoved(TaskID(rawValue: "tsk_1"))
        #expect(stream.lost == nil)
        stream.taskRemoved(TaskID(rawValue: "tsk_2"))
        #expect(stream.lost?.id == TaskID(rawValue: "tsk_2"))
        stream.eventArrived(script.stored(2, .failed), delivered: 4)
        _ = drain(&stream)
        #expect(stream.lost == nil)
        #expect(stream.isFinished)
    }

    @Test mutating func aTaskWhoseLastEventIsInTheLastPageIsNotLost() {
        let past = [script.stored(1, .queued), script.stored(1, .failed)]
        var stream = StatusStream(named(1))
        stream.pageReadStarted()
        stream.pageRead(past, upTo: 2, isLast: true)
        #expect(stream.lost == nil)
        var later = StatusStream(named(1), afterSequence: 1)
        later.pageReadStarted()
        later.pageRead([past[1]], upTo: 2, isLast: true)
        #expect(later.lost == nil)
        _ = drain(&later)
        #expect(later.isFinished)
    }

    @Test mutating func allOfACallerIsNeverFinished() {
        var stream = StatusStream(.everything)
        stream.pageReadStarted()
        stream.pageRead([script.stored(1, .queued), script.stored(1, .failed)], upTo: 2, isLast: true)
        _ = drain(&stream)
        #expect(!stream.isFinished)
    }

    @Test(arguments: [
        PoseServerLimits.waitingEventsMax, PoseServerLimits.waitingEventsMax + 1,
    ]) mutating func whatArrivesDuringAReadBeyondTheBoundIsReadInOneMorePage(count: Int) {
        var stream = StatusStream(.everything)
        stream.pageReadStarted()
        var events: [TaskEvent] = []
        for number in 1...count { events.append(script.stored(Int64(number), .queued)) }
        for event in events { stream.eventArrived(event, delivered: event.cursor) }
        stream.pageRead([], upTo: 0, isLast: true)
        if count > PoseServerLimits.waitingEventsMax {
            #expect(stream.wantedPage == .cursor(nil, after: 0))
            stream.pageReadStarted()
            stream.pageRead(events, upTo: script.cursor, isLast: true)
        }
        #expect(drain(&stream).map(\.event) == events)
    }

    @Test(arguments: [
        PoseServerLimits.waitingEventsMax, PoseServerLimits.waitingEventsMax + 1,
    ]) mutating func aStreamThatFallsFarBehindGoesBackToThePastWithoutAGap(count: Int) {
        var stream = StatusStream(.everything)
        stream.pageReadStarted()
        let shown = script.stored(1, .queued)
        stream.pageRead([shown], upTo: 1, isLast: true)
        _ = drain(&stream)
        var events: [TaskEvent] = [script.stored(1, .uploading)]
        for number in 2...count { events.append(script.stored(Int64(number), .queued)) }
        for event in events { stream.eventArrived(event, delivered: event.cursor) }
        if count > PoseServerLimits.waitingEventsMax {
            #expect(!stream.hasItems)
            #expect(stream.wantedPage == .cursor(nil, after: 1))
            stream.pageReadStarted()
            stream.pageRead(events, upTo: script.cursor, isLast: true)
        }
        #expect(drain(&stream).map(\.event) == events)
    }

    /// Whatever comes in whatever order of reading and taking: no gap that `dropped` does not tell, cursors grow, terminal events arrive.
    @Test func randomWalksLeaveNoGap() {
        for seed in UInt64(1)...200 {
            var random = SplitMix(seed)
            var script = EventScript()
            var log: [TaskEvent] = []
            var stream = StatusStream(.everything)
            var last: [Int64: UInt64] = [:]
            var shownCursor: UInt64 = 0
            var reading: (events: [TaskEvent], upTo: UInt64, isLast: Bool)?
            func take(_ item: StatusStream.Item) {
                let event = item.event
                if let before = last[event.taskNumber] {
                    let expected = event.isTransient ? before : before + 1 + item.dropped
                    #expect(event.sequence == expected, "seed \(seed)")
                }
                last[event.taskNumber] = event.sequence
                if event.isTransient { return }
                #expect(event.cursor > shownCursor, "seed \(seed)")
                shownCursor = event.cursor
            }
            for _ in 0..<400 {
                switch random.next() % 6 {
                case 0, 1:
                    let event = script.stored(Int64(random.next() % 3) + 1, .running)
                    log.append(event)
                    stream.eventArrived(event, delivered: script.cursor)
                case 2:
                    guard !log.isEmpty else { continue }
                    stream.eventArrived(
                        script.transient(log[log.count - 1].taskNumber, progress: 0.5), delivered: script.cursor)
                case 3:
                    if reading == nil, case .cursor(_, let after)? = stream.wantedPage {
                        let all = log.filter { $0.cursor > after }
                        stream.pageReadStarted()
                        reading = (Array(all.prefix(3)), script.cursor, all.count <= 3)
                    }
                case 4:
                    if let page = reading { stream.pageRead(page.events, upTo: page.upTo, isLast: page.isLast) }
                    reading = nil
                default:
                    if let item = stream.next() { take(item) }
                }
            }
            if let page = reading { stream.pageRead(page.events, upTo: page.upTo, isLast: page.isLast) }
            repeat {
                while let item = stream.next() { take(item) }
                guard case .cursor(_, let after)? = stream.wantedPage else { break }
                stream.pageReadStarted()
                stream.pageRead(log.filter { $0.cursor > after }, upTo: script.cursor, isLast: true)
            } while true
            for number in last.keys {
                #expect(last[number] == script.named(number).lastSequence, "seed \(seed)")
            }
        }
    }
}

/// Small and the same everywhere.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
