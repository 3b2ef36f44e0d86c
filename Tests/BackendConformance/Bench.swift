import BackendAPI

/// What a case works with: the stand, two pictures, and words for what is expected.
package struct Bench: Sendable {
    let stand: any ConformanceStand
    let source: Picture
    let pose: Picture

    init(_ stand: any ConformanceStand) throws {
        self.stand = stand
        source = try Picture("the person")
        pose = try Picture("the pose")
    }

    var backend: any Backend { stand.backend }

    // MARK: Expectations

    func expect(_ isTrue: Bool, _ message: @autoclosure () -> String) throws {
        guard isTrue else { throw ConformanceFailure(message()) }
    }

    /// Nothing that can be seen of a value tells a secret.
    func expectNoSecret(in value: Any) throws {
        var dumped = ""
        dump(value, to: &dumped)
        for shown in [String(describing: value), String(reflecting: value), dumped] {
            for secret in stand.secrets where shown.contains(secret) {
                throw ConformanceFailure("a secret is shown in \(shown.replacing(secret, with: "<redacted>"))")
            }
        }
    }

    /// An error that people can use: a code, a message of bounded length, no secret, no control character.
    func expectShowable(_ error: BackendError) throws {
        try expectNoSecret(in: error)
        try expect(!error.code.isEmpty, "an error without a code: \(error)")
        try expect((1...500).contains(error.message.count), "an error of \(error.message.count) characters")
        let isPlain = error.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        try expect(isPlain, "an error with control characters")
    }

    func error(of body: @Sendable () async throws(BackendError) -> Void) async throws -> BackendError {
        do throws(BackendError) { try await body() } catch {
            try expectShowable(error)
            return error
        }
        throw ConformanceFailure("it succeeded, but must fail")
    }

    // MARK: The way of a run

    func prepared() async throws -> RunRequest {
        let images = [
            RunRequest.sourceInput: try await backend.prepare(source.image),
            RunRequest.poseInput: try await backend.prepare(pose.image),
        ]
        return RunRequest(images: images, parameters: [:], marker: "marker-1")
    }

    func started() async throws -> RunID {
        let outcome = await backend.submit(try await prepared())
        guard case .accepted(let run) = outcome else { throw ConformanceFailure("not accepted: \(outcome)") }
        return run
    }

    func ended() async throws -> RunID {
        let run = try await started()
        await stand.advance(to: .ended)
        return run
    }

    /// The outputs of a run that has ended well.
    func outputs() async throws -> (run: RunID, outputs: [RunOutput]) {
        let run = try await ended()
        let observation = await backend.observe(run)
        guard case .succeeded(let outputs, _) = observation, !outputs.isEmpty else {
            throw ConformanceFailure("not succeeded: \(observation)")
        }
        return (run, outputs)
    }

    func output() async throws -> RunOutput {
        guard let first = try await outputs().outputs.first else { throw ConformanceFailure("no output") }
        return first
    }

    /// What a call brings whose Swift task is cancelled once the request is at the provider.
    func cancelled<Value: Sendable>(
        at call: ProviderCall, _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        let task = Task { await body() }
        await stand.arrived(call, count: 1)
        task.cancel()
        return await task.value
    }

    /// As many at a time as there are numbers.
    func together<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for _ in 0..<count { group.addTask { try await body() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
