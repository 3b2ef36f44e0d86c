import EngineCore
import Testing

/// How stored events are read.
@Suite struct EventConformance {
    /// Three tasks of two callers; each has three events, taking turns, with holes in the cursors.
    private struct Story {
        let store: StoreUnderTest
        var events: [TaskEvent] = []
        var ids: [TaskID] { (1...3).map(Samples.id) }

        init(_ kind: StoreKind) throws {
            store = try StoreUnderTest(kind)
            var records: [TaskRecord] = []
            for number in 1...3 as ClosedRange<Int64> {
                let caller = number == 2 ? "bob" : "alice"
                let (record, event) = Samples.accepted(number, caller: caller, cursor: UInt64(number) * 10)
                try store.journal.commit([.insert(record, event)])
                records.append(record)
                events.append(event)
            }
            for (round, state) in [TaskState.uploading, .cancelled].enumerated() {
                for (index, record) in records.enumerated() {
                    let cursor = UInt64(100 * (round + 1) + 10 * (index + 1))
                    let (next, event) = Samples.changed(record, to: state, cursor: cursor)
                    try store.journal.commit([.update(next, event)])
                    records[index] = next
                    events.append(event)
                }
            }
        }

        func read(
            _ tasks: [TaskID]? = nil, _ caller: String? = nil, after: UInt64 = 0, upTo: UInt64 = .max, limit: Int = 99
        )
            throws -> [TaskEvent]
        {
            try store.reader.events(tasks: tasks, caller: caller, after: after, upTo: upTo, limit: limit)
        }
    }

    @Test(arguments: StoreKind.allCases) func eventsComeInTheOrderOfTheirCursors(_ kind: StoreKind) throws {
        let story = try Story(kind)
        #expect(try story.read() == story.events)
        #expect(try story.read(nil, "alice") == story.events.filter { $0.caller == "alice" })
        #expect(try story.read(nil, "carol") == [])
        #expect(try story.read(story.ids.reversed()) == story.events)
        #expect(try story.read([story.ids[1], story.ids[1]]) == story.events.filter { $0.taskNumber == 2 })
        #expect(try story.read([]) == [])
        #expect(
            try story.read([TaskID(rawValue: "tsk_none"), story.ids[2]]) == story.events.filter { $0.taskNumber == 3 })
        #expect(try story.read([story.ids[0]], "bob") == story.events.filter { $0.taskNumber == 1 })
    }

    @Test(arguments: StoreKind.allCases, [nil, "alice"]) func theRangeIsOpenBelowAndClosedAbove(
        _ kind: StoreKind, _ caller: String?
    )
        throws
    {
        let story = try Story(kind)
        for tasks in [nil, story.ids] {
            let wanted = story.events.filter { tasks != nil || caller == nil || $0.caller == caller }
            for (after, upTo) in [(10, 120), (0, 10), (9, 10), (230, .max), (.max, .max), (120, 110)]
                as [(UInt64, UInt64)]
            {
                #expect(
                    try story.read(tasks, caller, after: after, upTo: upTo)
                        == wanted.filter { $0.cursor > after && $0.cursor <= upTo })
            }
        }
    }

    @Test(arguments: StoreKind.allCases) func readingPageByPageMissesNothingAndRepeatsNothing(_ kind: StoreKind) throws
    {
        let story = try Story(kind)
        for limit in [1, 2, 4, 9, 10] {
            for tasks in [nil, story.ids] {
                var read: [TaskEvent] = []
                while case let page = try story.read(tasks, after: read.last?.cursor ?? 0, limit: limit), !page.isEmpty
                {
                    #expect(page.count <= limit)
                    read += page
                }
                #expect(read == story.events)
            }
        }
    }

    @Test(arguments: StoreKind.allCases) func aTasksEventsComeInTheOrderOfTheirSequence(_ kind: StoreKind) throws {
        let story = try Story(kind)
        let second = story.events.filter { $0.taskNumber == 2 }
        let reader = story.store.reader
        #expect(try reader.events(task: story.ids[1], afterSequence: 0, limit: 99) == second)
        #expect(try reader.events(task: story.ids[1], afterSequence: 1, limit: 1) == [second[1]])
        #expect(try reader.events(task: story.ids[1], afterSequence: 3, limit: 9) == [])
        #expect(try reader.events(task: story.ids[1], afterSequence: .max, limit: 9) == [])
    }
}
