/// What came of every case for one backend.
package struct ConformanceReport: Sendable, CustomStringConvertible {
    package let name: String
    package private(set) var passed: [Int] = []
    /// Case and what was not kept.
    package private(set) var failed: [String] = []
    /// Cases that do not apply, each with the backend's reason.
    package private(set) var skipped: [Int: String] = [:]

    /// Tries every case, one after the other.
    package init(of backend: any BackendUnderTest) async {
        name = backend.name
        for promise in ConformanceCase.all {
            switch await promise.verdict(for: backend) {
            case .passed: passed.append(promise.number)
            case .failed(let reason): failed.append("\(promise): \(reason)")
            case .skipped(let reason): skipped[promise.number] = reason
            }
        }
    }

    /// One line of counts, then one for each case that failed, and one for each reason why cases did not apply.
    package var description: String {
        let counts = "\(name): \(passed.count) kept, \(failed.count) broken, \(skipped.count) not applicable"
        let reasons = Dictionary(grouping: skipped.keys.sorted()) { skipped[$0] ?? "" }.sorted { $0.key < $1.key }
        let skips = reasons.map { reason, numbers in
            "  not applicable (\(reason)): \(numbers.map(String.init).joined(separator: " "))"
        }
        return ([counts] + failed.map { "  broken: \($0)" } + skips).joined(separator: "\n")
    }
}
