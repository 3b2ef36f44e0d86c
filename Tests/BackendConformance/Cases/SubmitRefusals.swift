import BackendAPI

extension ConformanceCase {
    /// Refused: surely nothing was made.
    static let submitRefusals = [
        ConformanceCase(30, "a run without its pictures is refused before anything is sent") { bench in
            var request = try await bench.prepared()
            request.images[RunRequest.poseInput] = nil
            let error = try await bench.refusal(of: request)
            try bench.expect(error.errorClass == .permanent, "\(error)")
            try bench.expect(await bench.stand.books.startsSeen == 0, "something was sent")
        },
        ConformanceCase(31, "a parameter that nobody declared is refused before anything is sent") { bench in
            var request = try await bench.prepared()
            request.parameters["nobody-declared-this"] = "1"
            let error = try await bench.refusal(of: request)
            try bench.expect(error.errorClass == .permanent, "\(error)")
            try bench.expect(await bench.stand.books.startsSeen == 0, "something was sent")
        },
        ConformanceCase(32, "a full provider asks for patience", [.works, .startFull]) { bench in
            guard case .backpressure = try await bench.refusal().errorClass else {
                throw ConformanceFailure("not back-pressure")
            }
        },
        ConformanceCase(33, "the wait that the provider asks for is handed on", [.works, .startRateLimited]) { bench in
            let error = try await bench.refusal()
            try bench.expect(error.errorClass == .backpressure(retryAfterMilliseconds: 7_000), "\(error)")
        },
        refused(34, "a request that cannot work is refused for good", .startBadRequest, .permanent),
        refused(35, "moderation is told as such", .startRejected, .rejected),
        refused(36, "an empty account is told as such", .noBalance, .quota),
        refused(37, "an unknown workflow is the configuration's fault", .unknownWorkflow, .configuration),
        refused(38, "a workflow that never ran is the configuration's fault", .workflowNeverRan, .configuration),
        ConformanceCase(39, "a wrong key is the key's fault, and nothing is made", [.works, .wrongKey]) { bench in
            // Uploads are refused as well; a handle of another time stands in.
            let error = try await bench.refusal(of: bench.withoutUpload)
            try bench.expect(error.errorClass == .auth, "\(error)")
        },
        ConformanceCase(40, "a provider that is gone: refused, for nothing was sent", [.works, .unreachable]) { bench in
            let error = try await bench.refusal(of: bench.withoutUpload)
            try bench.expect(error.errorClass == .transient, "\(error)")
            try bench.expect(await bench.stand.books.startsSeen == 0, "something arrived")
        },
        ConformanceCase(41, "a refusal that repeats the key does not show it", [.works, .startEchoesKey]) { bench in
            _ = try await bench.refusal()
        },
        ConformanceCase(42, "what was refused may be sent again", [.works, .startFull]) { bench in
            for _ in 0..<2 { _ = try await bench.refusal() }
            try bench.expect(await bench.stand.books.startsSeen == 2, "not two requests")
        },
    ]

    private static func refused(
        _ number: Int, _ title: String, _ condition: Condition, _ expected: BackendError.Class
    ) -> ConformanceCase {
        ConformanceCase(number, title, [.works, condition]) { bench in
            let error = try await bench.refusal()
            try bench.expect(error.errorClass == expected, "\(error)")
        }
    }
}

extension Bench {
    /// Handles that nobody uploaded.
    var withoutUpload: RunRequest {
        let image = PreparedImage(handle: "api/0000.png", lifetimeSeconds: 60)
        return RunRequest(
            images: [RunRequest.sourceInput: image, RunRequest.poseInput: image], parameters: [:], marker: "marker-1")
    }

    /// The error of a submit that must be refused, with at most one request and no run at the provider.
    func refusal(of request: RunRequest? = nil) async throws -> BackendError {
        let request = if let request { request } else { try await prepared() }
        let seen = await stand.books.startsSeen
        let outcome = await backend.submit(request)
        guard case .refused(let error) = outcome else { throw ConformanceFailure("not refused: \(outcome)") }
        try expectShowable(error)
        let books = await stand.books
        try expect(books.startsSeen <= seen + 1, "\(books.startsSeen - seen) requests")
        try expect(books.runs.isEmpty, "refused, but there is a run")
        return error
    }
}
