import BackendAPI

extension ConformanceCase {
    static let observe = [
        ConformanceCase(70, "a run waits, runs and succeeds", [.works, .runQueues]) { bench in
            let run = try await bench.started()
            let first = await bench.backend.observe(run)
            try bench.expect(first == .queued, "first \(first)")
            await bench.stand.advance(to: .running)
            let second = await bench.backend.observe(run)
            guard case .running = second else { throw ConformanceFailure("then \(second)") }
            await bench.stand.advance(to: .ended)
            let third = await bench.backend.observe(run)
            guard case .succeeded = third else { throw ConformanceFailure("at last \(third)") }
        },
        ConformanceCase(71, "progress is between 0 and 1", [.works, .tellsProgress]) { bench in
            let run = try await bench.started()
            await bench.stand.advance(to: .running)
            let observation = await bench.backend.observe(run)
            guard case .running(let progress) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expect(progress.map { (0...1).contains($0) } ?? true, "progress \(String(describing: progress))")
        },
        ConformanceCase(72, "without the capability no progress is told", [.works, .tellsNoProgress]) { bench in
            let run = try await bench.started()
            await bench.stand.advance(to: .running)
            let observation = await bench.backend.observe(run)
            try bench.expect(observation == .running(progress: nil), "\(observation)")
        },
        ConformanceCase(73, "each output has a name of its own and an address") { bench in
            let outputs = try await bench.outputs().outputs
            try bench.expect(outputs.allSatisfy { !$0.name.isEmpty && !$0.url.isEmpty }, "\(outputs.map(\.name))")
            try bench.expect(Set(outputs.map(\.name)).count == outputs.count, "\(outputs.map(\.name))")
        },
        ConformanceCase(74, "the cost of a run is what the provider charges, told once", [.works, .tellsCost]) {
            bench in
            let run = try await bench.ended()
            guard case .succeeded(_, let cost) = await bench.backend.observe(run) else {
                throw ConformanceFailure("not succeeded")
            }
            let charged = await bench.stand.books.runs.first?.cost
            try bench.expect(
                [cost?.coins, cost?.money].contains(charged), "\(String(describing: cost)), not \(charged ?? "")")
        },
        ConformanceCase(75, "without the capability no cost is told", [.works, .tellsNoCost]) { bench in
            guard case .succeeded(_, nil) = await bench.backend.observe(try await bench.ended()) else {
                throw ConformanceFailure("a cost, or not succeeded")
            }
        },
        ConformanceCase(76, "a run that has ended is told again and again alike") { bench in
            let run = try await bench.ended()
            let first = await bench.backend.observe(run)
            for _ in 0..<3 {
                let next = await bench.backend.observe(run)
                try bench.expect(next == first, "\(next) after \(first)")
            }
        },
        ConformanceCase(77, "a failed run tells the provider's reason", [.works, .runFails]) { bench in
            let observation = await bench.backend.observe(try await bench.ended())
            guard case .failed(let error, _) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expectShowable(error)
            try bench.expect(error.errorClass == .permanent, "\(error)")
            try bench.expect(error.message.contains(Bench.failure), "no reason in: \(error.message)")
        },
        ConformanceCase(78, "moderation of a run is told from a failure", [.works, .runRejected]) { bench in
            let observation = await bench.backend.observe(try await bench.ended())
            guard case .failed(let error, _) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expect(error.errorClass == .rejected, "\(error)")
        },
        ConformanceCase(79, "success without a file is told as such", [.works, .runWithoutOutput]) { bench in
            let observation = await bench.backend.observe(try await bench.ended())
            try bench.expect(observation == .succeededWithoutOutput, "\(observation)")
        },
        ConformanceCase(80, "success without a picture is a failure", [.works, .runWithoutPicture]) { bench in
            let observation = await bench.backend.observe(try await bench.ended())
            guard case .failed(let error, _) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expectShowable(error)
        },
        ConformanceCase(81, "50 looks at a time") { bench in
            let run = try await bench.ended()
            let looks = try await bench.together(50) { await bench.backend.observe(run) }
            try bench.expect(looks.allSatisfy { if case .succeeded = $0 { true } else { false } }, "not all succeeded")
        },
    ]
}

extension Bench {
    /// What a run that fails says.
    package static let failure = "out of luck"
}
