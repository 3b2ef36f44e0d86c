import BackendAPI

/// One promise of the port, and how it is tried.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    /// Never given to another case.
    package let number: Int
    package let title: String
    let conditions: Set<Condition>
    let body: @Sendable (Bench) async throws -> Void

    init(
        _ number: Int, _ title: String, _ conditions: Set<Condition> = [.works],
        _ body: @escaping @Sendable (Bench) async throws -> Void
    ) {
        self.number = number
        self.title = title
        self.conditions = conditions
        self.body = body
    }

    package var description: String { "\(number) \(title)" }

    /// Every case, by number.
    package static let all: [ConformanceCase] =
        identity + prepare + submitRefusals + submitFates + observe + observeTrouble + cancel + download + probe
        + disabled

    package enum Verdict: Sendable, Equatable {
        case passed
        case failed(String)
        /// Not applicable to this backend, for the reason that it gives.
        case skipped(String)
    }

    /// Tries the case at a stand of its own.
    package func verdict(for backend: any BackendUnderTest) async -> Verdict {
        if let reason = conditions.compactMap({ backend.inapplicable[$0] }).min() { return .skipped(reason) }
        let stand: any ConformanceStand
        do { stand = try await backend.stand(conditions) } catch { return .failed("no stand: \(error)") }
        let verdict = await verdict(at: stand)
        await stand.close()
        return verdict
    }

    private func verdict(at stand: any ConformanceStand) async -> Verdict {
        if let reason = unmet(by: stand) { return .skipped(reason) }
        do {
            let bench = try Bench(stand)
            try await body(bench)
            return .passed
        } catch {
            return .failed("\(error)")
        }
    }

    /// What the backend's own capabilities rule out.
    private func unmet(by stand: any ConformanceStand) -> String? {
        let can = stand.backend.capabilities
        let facts: [(Condition, Bool)] = [
            (.cancels, can.cancels), (.cannotCancel, !can.cancels), (.tellsCost, can.reportsCost),
            (.tellsNoCost, !can.reportsCost), (.tellsProgress, can.reportsProgress),
            (.tellsNoProgress, !can.reportsProgress),
        ]
        return facts.first { conditions.contains($0.0) && !$0.1 }.map { "capabilities: not \($0.0)" }
    }
}

/// A promise that was not kept.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
