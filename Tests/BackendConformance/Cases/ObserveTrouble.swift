import BackendAPI

extension ConformanceCase {
    /// Trouble says nothing about the run.
    static let observeTrouble = [
        ConformanceCase(90, "a run that nobody knows is lost") { bench in
            let observation = await bench.backend.observe(RunID(rawValue: "1"))
            guard case .lost(let error) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expectShowable(error)
        },
        ConformanceCase(91, "a run that the provider forgot is lost", [.works, .runForgotten]) { bench in
            let observation = await bench.backend.observe(try await bench.ended())
            guard case .lost = observation else { throw ConformanceFailure("\(observation)") }
        },
        once(92, "a server's fault is no answer; the next look sees the run", .lookFaultOnce),
        once(93, "a page is no answer; the next look sees the run", .lookPageOnce),
        ConformanceCase(94, "a state that nobody knows is no answer", [.works, .lookUnknownWord]) { bench in
            let observation = await bench.backend.observe(try await bench.started())
            guard case .noAnswer(let error) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expectShowable(error)
        },
        ConformanceCase(95, "a refused key is no answer, and says that it is the key", [.works, .lookKeyRefused]) {
            bench in
            let observation = await bench.backend.observe(try await bench.started())
            guard case .noAnswer(let error) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expectShowable(error)
            try bench.expect(error.errorClass == .auth, "\(error)")
        },
        ConformanceCase(96, "a cancelled look returns without an answer", [.works, .lookHangs]) { bench in
            let run = try await bench.started()
            let observation = await bench.cancelled(at: .look) { await bench.backend.observe(run) }
            guard case .noAnswer = observation else { throw ConformanceFailure("\(observation)") }
        },
        ConformanceCase(97, "a provider that is gone is no answer", [.works, .unreachable]) { bench in
            let observation = await bench.backend.observe(RunID(rawValue: "1"))
            guard case .noAnswer(let error) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expect(error.errorClass == .transient, "\(error)")
        },
        ConformanceCase(98, "a run's name of any form does no harm and finds no run") { bench in
            _ = try await bench.started()
            for name in ["", "0", "-1", "../../x", "a/b?c#d", "\u{0}\n\"", String(repeating: "9", count: 4_000), "ü"] {
                switch await bench.backend.observe(RunID(rawValue: name)) {
                case .lost(let error), .noAnswer(let error): try bench.expectShowable(error)
                case let other: throw ConformanceFailure("\(other) for '\(name.prefix(20))'")
                }
            }
        },
        ConformanceCase(99, "looking makes no run") { bench in
            _ = await bench.backend.observe(try await bench.started())
            try bench.expect(await bench.stand.books.startsSeen == 1, "another start")
        },
    ]

    private static func once(_ number: Int, _ title: String, _ condition: Condition) -> ConformanceCase {
        ConformanceCase(number, title, [.works, condition]) { bench in
            let run = try await bench.ended()
            let first = await bench.backend.observe(run)
            guard case .noAnswer(let error) = first else { throw ConformanceFailure("first \(first)") }
            try bench.expectShowable(error)
            let second = await bench.backend.observe(run)
            guard case .succeeded = second else { throw ConformanceFailure("then \(second)") }
        }
    }
}
