import BackendAPI

extension ConformanceCase {
    /// A type that is registered and never runs.
    static let disabled = [
        ConformanceCase(170, "disabled: an upload is refused as the configuration's matter", [.disabled]) { bench in
            let error = try await bench.error { () throws(BackendError) in
                _ = try await bench.backend.prepare(bench.source.image)
            }
            try bench.expect(error.errorClass == .configuration, "\(error)")
        },
        ConformanceCase(171, "disabled: a submit is refused and costs nothing", [.disabled]) { bench in
            let error = try await bench.refusal(of: bench.withoutUpload)
            try bench.expect(error.errorClass == .configuration, "\(error)")
            try bench.expect(!bench.backend.capabilities.mayCostMoney, "it may cost money")
        },
        ConformanceCase(172, "disabled: a look is no answer", [.disabled]) { bench in
            let observation = await bench.backend.observe(RunID(rawValue: "1"))
            guard case .noAnswer(let error) = observation else { throw ConformanceFailure("\(observation)") }
            try bench.expectShowable(error)
        },
        ConformanceCase(173, "disabled: a cancel is unsupported", [.disabled]) { bench in
            let outcome = await bench.backend.cancel(RunID(rawValue: "1"))
            try bench.expect(outcome == .unsupported, "\(outcome)")
        },
        ConformanceCase(174, "disabled: a download is refused, the sink untouched", [.disabled]) { bench in
            let sink = KeepingSink(bytesMax: 0)
            let error = try await bench.error { () throws(BackendError) in
                try await bench.backend.download(RunOutput(name: "x", url: "https://x.invalid/", node: ""), to: sink)
            }
            try bench.expect(error.errorClass == .configuration, "\(error)")
        },
        ConformanceCase(175, "disabled: the probe says not configured, and why", [.disabled]) { bench in
            let probe = try await bench.probed()
            try bench.expect(probe.configured == false && !probe.message.isEmpty, "\(probe)")
        },
        ConformanceCase(176, "disabled: 50 submits at a time are 50 refusals", [.disabled]) { bench in
            let outcomes = try await bench.together(50) { await bench.backend.submit(bench.withoutUpload) }
            try bench.expect(outcomes.allSatisfy { if case .refused = $0 { true } else { false } }, "not all refused")
        },
    ]
}
