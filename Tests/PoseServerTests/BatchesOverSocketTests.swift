import EngineCore
import PoseServer
import PoseWire
import Testing

/// What one batch of the engine holds reaches each connection of a loop, whole and nobody else.
@Suite(.timeLimit(.minutes(1))) struct BatchesOverSocketTests {
    @Test func answersOfOneBatchGoToTheConnectionThatAsked() async throws {
        try await ServerUnderTest.run {
            $0.eventLoops = 1
            $0.hasCallers("anna", "bert")
        } _: { under in
            under.engine.script { _ in nil }
            let anna = try await under.welcomed(token: "anna")
            let bert = try await under.welcomed(token: "bert")
            var incoming = under.engine.incoming.makeAsyncIterator()
            try await anna.send(.request(.cancelTask, 1, CancelTaskRequest()))
            _ = await incoming.next()
            try await bert.send(.request(.cancelTask, 7, CancelTaskRequest()))
            _ = await incoming.next()
            under.engine.answerTogether(.refused(.taskUnknown), .refused(.queueFull(retryAfterMilliseconds: 5)))
            #expect(Ending(await anna.next()) == Ending(1, .notFound, "TASK_UNKNOWN", "task_id"))
            #expect(Ending(await bert.next()) == Ending(7, .resourceExhausted, "QUEUE_FULL"))
            try await anna.send(RawFrame(kind: FrameKind.ping.rawValue, call: 0))
            #expect(await anna.next()?.kind == FrameKind.pong.rawValue)
        }
    }

    @Test func aStreamThatIsReadMissesNothingOfABatch() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            var request = StreamStatusRequest()
            request.allMine = true
            try await client.send(.request(.streamStatus, 1, request))
            try await client.send(RawFrame(kind: FrameKind.ping.rawValue, call: 0))
            #expect(await client.next()?.kind == FrameKind.pong.rawValue)
            under.engine.changeTogether(1, .queued, .uploading, .submitting)
            for sequence in UInt64(1)...3 {
                let event = try #require(await client.next()).read(StatusEvent.self)
                #expect((event.sequence, event.dropped) == (sequence, 0))
            }
        }
    }
}
