import BackendAPI

extension ConformanceCase {
    static let cancel = [
        ConformanceCase(110, "a running run is ended at the provider", [.works, .cancels]) { bench in
            let run = try await bench.started()
            await bench.stand.advance(to: .running)
            try await bench.expectCancelled(run)
        },
        ConformanceCase(111, "a waiting run is ended at the provider", [.works, .cancels, .runQueues]) { bench in
            try await bench.expectCancelled(try await bench.started())
        },
        ConformanceCase(112, "a cancel may be repeated", [.works, .cancels]) { bench in
            let run = try await bench.started()
            try await bench.expectCancelled(run)
            let again = await bench.backend.cancel(run)
            try bench.expect([.accepted, .alreadyEnded, .unknownThere].contains(again), "\(again)")
        },
        ConformanceCase(113, "the cancel of a run that succeeded changes nothing", [.works, .cancels]) { bench in
            let run = try await bench.ended()
            let outcome = await bench.backend.cancel(run)
            try bench.expect([.accepted, .alreadyEnded].contains(outcome), "\(outcome)")
            guard case .succeeded = await bench.backend.observe(run) else { throw ConformanceFailure("it is gone") }
        },
        ConformanceCase(114, "a run that nobody knows is unknown there", [.works, .cancels]) { bench in
            let outcome = await bench.backend.cancel(RunID(rawValue: "1"))
            try bench.expect(outcome == .unknownThere, "\(outcome)")
        },
        ConformanceCase(115, "a server's fault at a cancel is no answer", [.works, .cancels, .cancelFault]) { bench in
            let outcome = await bench.backend.cancel(try await bench.started())
            guard case .noAnswer(let error) = outcome else { throw ConformanceFailure("\(outcome)") }
            try bench.expectShowable(error)
        },
        ConformanceCase(116, "a cancelled cancel returns without an answer", [.works, .cancels, .cancelHangs]) {
            bench in
            let run = try await bench.started()
            let outcome = await bench.cancelled(at: .cancel) { await bench.backend.cancel(run) }
            guard case .noAnswer = outcome else { throw ConformanceFailure("\(outcome)") }
        },
        ConformanceCase(
            117, "without the capability a cancel is unsupported and the run goes on", [.works, .cannotCancel]
        ) {
            bench in
            let run = try await bench.started()
            try bench.expect(await bench.backend.cancel(run) == .unsupported, "it is supported")
            await bench.stand.advance(to: .ended)
            guard case .succeeded = await bench.backend.observe(run) else { throw ConformanceFailure("it is gone") }
        },
        ConformanceCase(118, "a cancel at a provider that is gone is no answer", [.works, .cancels, .unreachable]) {
            bench in
            let outcome = await bench.backend.cancel(RunID(rawValue: "1"))
            guard case .noAnswer = outcome else { throw ConformanceFailure("\(outcome)") }
        },
    ]
}

extension Bench {
    func expectCancelled(_ run: RunID) async throws {
        let outcome = await backend.cancel(run)
        try expect(outcome == .accepted, "\(outcome)")
        try expect(await stand.books.runs.first { $0.id == run.rawValue }?.isCancelled == true, "it still runs there")
        switch await backend.observe(run) {
        case .cancelled, .failed, .lost: break
        case let other: throw ConformanceFailure("\(other) after the cancel")
        }
    }
}
