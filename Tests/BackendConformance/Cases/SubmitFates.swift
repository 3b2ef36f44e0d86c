import BackendAPI

extension ConformanceCase {
    /// What becomes of the one request.
    static let submitFates = [
        ConformanceCase(50, "accepted: one request, one run, by the provider's name") { bench in
            let run = try await bench.started()
            let books = await bench.stand.books
            try bench.expect(books.startsSeen == 1, "\(books.startsSeen) requests")
            try bench.expect(books.runs.map(\.id) == [run.rawValue], "\(books.runs.map(\.id)), not \(run)")
        },
        ConformanceCase(51, "two submits are two runs") { bench in
            let first = try await bench.started()
            let second = try await bench.started()
            try bench.expect(first != second, "one name for two runs")
            try bench.expect(await bench.stand.books.runs.count == 2, "not two runs")
        },
        unknown(52, "a lost answer is unknown; the run is there, and was asked for once", .startReplyLost, runs: 1),
        unknown(53, "a page in place of the answer is unknown", .startPage, runs: 1),
        unknown(54, "half an answer is unknown", .startTruncated, runs: 1),
        unknown(55, "an empty answer is unknown", .startEmpty, runs: 1),
        unknown(56, "an answer without a run's name is unknown", .startWithoutID, runs: 1),
        unknown(57, "a connection that ends after the request was read is unknown", .startResetAfterReading, runs: 0),
        unknown(58, "a server's fault is unknown", .startFault, runs: 0),
        unknown(59, "a redirect is unknown, and is not followed", .startRedirects, runs: 0),
        ConformanceCase(
            60, "a connection that ends at once: not accepted, at most one request", [.works, .startResetBeforeReading]
        ) {
            bench in
            let outcome = await bench.backend.submit(try await bench.prepared())
            guard case .unknown = outcome else {
                guard case .refused = outcome else { throw ConformanceFailure("\(outcome)") }
                return
            }
            let books = await bench.stand.books
            try bench.expect(books.startsSeen <= 1 && books.runs.isEmpty, "\(books)")
        },
        ConformanceCase(61, "a slow answer is waited for, and nothing is sent again", [.works, .startSlow]) { bench in
            _ = try await bench.started()
            let books = await bench.stand.books
            try bench.expect(books.startsSeen == 1 && books.runs.count == 1, "\(books)")
        },
        ConformanceCase(62, "a cancelled Swift task returns with unknown; one request was sent", [.works, .startHangs])
        {
            bench in
            let request = try await bench.prepared()
            let outcome = await bench.cancelled(at: .start) { await bench.backend.submit(request) }
            guard case .unknown(let error) = outcome else { throw ConformanceFailure("\(outcome)") }
            try bench.expectShowable(error)
            try bench.expect(await bench.stand.books.startsSeen == 1, "not one request")
        },
        ConformanceCase(63, "a Swift task that was cancelled before sends once at most, and says what came of it") {
            bench in
            let request = try await bench.prepared()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await bench.backend.submit(request)
            }
            let outcome = await task.value
            let books = await bench.stand.books
            try bench.expect(books.startsSeen <= 1, "\(books.startsSeen) requests")
            switch outcome {
            case .refused: try bench.expect(books.runs.isEmpty, "refused, but there is a run")
            case .accepted: try bench.expect(books.runs.count == 1, "accepted, but there is no run")
            case .acceptedButInvalid, .unknown: break
            }
        },
        ConformanceCase(
            64, "invalid at once: the run's name is told, so that it can be ended", [.works, .startInvalid]
        ) {
            bench in
            let outcome = await bench.backend.submit(try await bench.prepared())
            guard case .acceptedButInvalid(let run, let error) = outcome else { throw ConformanceFailure("\(outcome)") }
            try bench.expectShowable(error)
            try bench.expect(await bench.stand.books.runs.map(\.id) == [run.rawValue], "another run's name")
        },
        ConformanceCase(65, "50 submits at a time are 50 requests and 50 runs") { bench in
            let request = try await bench.prepared()
            let outcomes = try await bench.together(50) { await bench.backend.submit(request) }
            let names = Set(outcomes.compactMap { if case .accepted(let run) = $0 { run.rawValue } else { nil } })
            try bench.expect(names.count == 50, "\(names.count) were accepted")
            let books = await bench.stand.books
            try bench.expect(books.startsSeen == 50 && Set(books.runs.map(\.id)) == names, "the books differ")
        },
        ConformanceCase(66, "a marker of any form does no harm") { bench in
            var request = try await bench.prepared()
            request.marker = "\"\\\n\u{0}ü" + String(repeating: "m", count: 1_000)
            let outcome = await bench.backend.submit(request)
            guard case .accepted = outcome else { throw ConformanceFailure("\(outcome)") }
        },
    ]

    /// Exactly one request went out; the provider made `runs` of it.
    private static func unknown(
        _ number: Int, _ title: String, _ condition: Condition, runs: Int
    ) -> ConformanceCase {
        ConformanceCase(number, title, [.works, condition]) { bench in
            let outcome = await bench.backend.submit(try await bench.prepared())
            guard case .unknown(let error) = outcome else { throw ConformanceFailure("not unknown: \(outcome)") }
            try bench.expectShowable(error)
            let books = await bench.stand.books
            try bench.expect(books.startsSeen == 1, "\(books.startsSeen) requests")
            try bench.expect(books.runs.count == runs, "\(books.runs.count) runs")
        }
    }
}
