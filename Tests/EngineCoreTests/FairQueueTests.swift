import Testing

@testable import EngineCore

@Suite struct FairQueueTests {
    private func queue(_ entries: [(caller: String, number: Int64, priority: Int32)]) -> FairQueue {
        var queue = FairQueue()
        for entry in entries {
            queue.insert(FairQueue.Entry(number: entry.number, priority: entry.priority), caller: entry.caller)
        }
        return queue
    }

    @Test func callersTakeTurnsSoThatNobodyStarves() {
        var queue = queue([("a", 1, 0), ("a", 2, 0), ("a", 3, 0), ("b", 4, 0), ("c", 5, 0), ("c", 6, 0)])
        var order: [Int64] = []
        while let number = queue.popNext() { order.append(number) }
        #expect(order == [1, 4, 5, 2, 6, 3])
        #expect(queue.count == 0)
    }

    @Test func higherPriorityGoesFirstWithinACallerAloneThenTheOlder() {
        var queue = queue([("a", 1, 0), ("a", 2, 5), ("a", 3, 5), ("a", 4, -1), ("b", 5, -100)])
        var order: [Int64] = []
        while let number = queue.popNext() { order.append(number) }
        #expect(order == [2, 5, 3, 1, 4])
    }

    @Test func positionIsTheOrderOfService() {
        let queue = queue([("a", 1, 0), ("a", 2, 0), ("a", 3, 9), ("b", 4, 0), ("c", 5, 0), ("c", 6, 0), ("b", 7, 1)])
        let order = queue.firstInOrder(100)
        #expect(order.count == 7)
        let owners: [Int64: (String, Int32)] = [
            1: ("a", 0), 2: ("a", 0), 3: ("a", 9), 4: ("b", 0), 5: ("c", 0), 6: ("c", 0), 7: ("b", 1),
        ]
        for (index, number) in order.enumerated() {
            let (caller, priority) = owners[number] ?? ("", 0)
            let position = queue.position(of: FairQueue.Entry(number: number, priority: priority), caller: caller)
            #expect(position == index + 1, "task \(number)")
        }
        #expect(queue.position(of: FairQueue.Entry(number: 99, priority: 0), caller: "a") == nil)
    }

    @Test func removalTakesExactlyTheOne() {
        var queue = queue([("a", 1, 0), ("a", 2, 0), ("b", 3, 0)])
        let first = queue.remove(FairQueue.Entry(number: 3, priority: 0), caller: "b")
        let second = queue.remove(FairQueue.Entry(number: 3, priority: 0), caller: "b")
        #expect(first && !second)
        #expect(queue.firstInOrder(10) == [1, 2])
        #expect(queue.count == 2)
    }
}

@Suite struct BackoffTests {
    @Test func ceilingDoublesUpToTheCapAndRetryAfterIsALowerBoundUpToItsCap() {
        for (failures, ceiling) in [(1, 500), (2, 1_000), (3, 2_000), (7, 30_000), (1_000, 30_000)] {
            #expect(Backoff.delay(failures: failures, random: UInt64(ceiling - 1)) == Int64(ceiling))
            #expect(Backoff.delay(failures: failures, random: UInt64(ceiling)) == 1)
        }
        #expect(Backoff.delay(failures: 1, retryAfterMilliseconds: 90_000, random: 0) == 90_000)
        #expect(Backoff.delay(failures: 1, retryAfterMilliseconds: .max, random: 0) == 600_000)
        #expect(Backoff.delay(failures: 1, retryAfterMilliseconds: -5, random: 0) == 1)
        #expect(Backoff.delay(failures: 0, random: 0) == 1)
    }
}

@Suite struct TaskStateTests {
    @Test func nothingFollowsATerminalState() {
        for earlier in TaskState.allCases where earlier.isTerminal {
            for later in TaskState.allCases { #expect(!later.mayFollow(earlier)) }
        }
    }

    @Test func legalTransitionsAreExactlyThese() {
        let legal: Set<[TaskState]> = [
            [.queued, .uploading], [.queued, .submitting], [.queued, .running], [.queued, .failed],
            [.queued, .cancelled],
            [.uploading, .submitting], [.uploading, .queued], [.uploading, .failed], [.uploading, .cancelled],
            [.submitting, .running], [.submitting, .queued], [.submitting, .failed], [.submitting, .cancelled],
            [.running, .downloading], [.running, .failed], [.running, .cancelled],
            [.downloading, .succeeded], [.downloading, .queued], [.downloading, .failed], [.downloading, .cancelled],
        ]
        for earlier in TaskState.allCases where !earlier.isTerminal {
            for later in TaskState.allCases where later != earlier {
                #expect(later.mayFollow(earlier) == legal.contains([earlier, later]), "\(earlier) -> \(later)")
            }
        }
    }
}

@Suite struct TaskIDTests {
    @Test func idsAreOrderedByTimeAndShort() {
        var count: UInt64 = 0
        func next() -> UInt64 {
            count &+= 0x9E37_79B9_7F4A_7C15
            return count
        }
        let early = TaskID(unixMilliseconds: 1_700_000_000_000, random: next)
        let late = TaskID(unixMilliseconds: 1_700_000_000_001, random: next)
        #expect(early.rawValue < late.rawValue)
        #expect(early.rawValue.utf8.count == 30)
        #expect(TaskID(unixMilliseconds: -1, random: next).rawValue.hasPrefix("tsk_0000000000"))
    }
}
