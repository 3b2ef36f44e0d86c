import BackendAPI

extension ConformanceCase {
    static let identity = [
        ConformanceCase(1, "the capabilities are constant", []) { bench in
            let first = bench.backend.capabilities
            for _ in 0..<3 { try bench.expect(bench.backend.capabilities == first, "they changed") }
        },
        ConformanceCase(2, "the scope of uploads is constant and tells no secret", []) { bench in
            let scope = bench.backend.uploadScope
            for _ in 0..<3 { try bench.expect(bench.backend.uploadScope == scope, "it changed") }
            try bench.expectNoSecret(in: scope)
        },
        ConformanceCase(3, "printing the backend tells no secret", []) { bench in
            // No `dump`: it would read what a backend's transport changes on its own thread.
            for shown in ["\(bench.backend)", String(reflecting: bench.backend)] { try bench.expectNoSecret(in: shown) }
        },
        ConformanceCase(4, "the capabilities do not change by being used") { bench in
            let first = (bench.backend.capabilities, bench.backend.uploadScope)
            _ = await bench.backend.observe(try await bench.ended())
            try bench.expect(bench.backend.capabilities == first.0, "the capabilities changed")
            try bench.expect(bench.backend.uploadScope == first.1, "the scope changed")
        },
    ]
}
