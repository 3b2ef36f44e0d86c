import BackendAPI

extension ConformanceCase {
    static let probe = [
        ConformanceCase(150, "a good set-up has nothing wrong") { bench in
            let probe = try await bench.probed()
            try bench.expect(probe.configured == true && probe.reachable == true, "\(probe)")
            try bench.expect(!bench.facts(probe).contains(false), "\(probe)")
        },
        ConformanceCase(151, "a probe costs nothing and starts nothing") { bench in
            for _ in 0..<2 { _ = try await bench.probed() }
            let books = await bench.stand.books
            try bench.expect(books.startsSeen == 0 && books.runs.isEmpty, "\(books)")
        },
        broken(152, "a wrong key is not authorised", .wrongKey) { $0.authorised },
        broken(153, "an account of the other site does not match", .wrongSite) { $0.siteMatches },
        broken(154, "an empty account is not funded", .noBalance) { $0.funded },
        broken(155, "an unknown workflow is not valid", .unknownWorkflow) { $0.workflowValid },
        broken(156, "a workflow that never ran is not valid", .workflowNeverRan) { $0.workflowValid },
        broken(157, "a node that the workflow does not have is found", .wrongNode) { $0.workflowValid },
        broken(158, "a provider that is gone is not reachable", .unreachable) { $0.reachable },
        ConformanceCase(159, "an account that cannot be read is not said to be good", [.works, .accountFault]) {
            bench in
            let probe = try await bench.probed()
            try bench.expect(probe.authorised != true && probe.funded != true, "\(probe)")
            try bench.expect(!probe.message.isEmpty, "no reason")
        },
        ConformanceCase(160, "a cancelled probe returns", [.works, .accountHangs]) { bench in
            let probe = await bench.cancelled(at: .account) { await bench.backend.probe() }
            try bench.expect(probe.authorised != true, "\(probe)")
        },
        ConformanceCase(161, "20 probes at a time say the same") { bench in
            let probes = try await bench.together(20) { await bench.backend.probe() }
            try bench.expect(Set(probes.map { bench.facts($0) }).count == 1, "they differ")
        },
    ]

    private static func broken(
        _ number: Int, _ title: String, _ condition: Condition, _ fact: @escaping @Sendable (Probe) -> Bool?
    ) -> ConformanceCase {
        ConformanceCase(number, title, [.works, condition]) { bench in
            let probe = try await bench.probed()
            try bench.expect(fact(probe) == false, "\(probe)")
            try bench.expect(!probe.message.isEmpty, "no reason")
        }
    }
}

extension Bench {
    func probed() async throws -> Probe {
        let probe = await backend.probe()
        try expectNoSecret(in: probe)
        return probe
    }

    func facts(_ probe: Probe) -> [Bool?] {
        [probe.configured, probe.reachable, probe.authorised, probe.funded, probe.workflowValid, probe.siteMatches]
    }
}
