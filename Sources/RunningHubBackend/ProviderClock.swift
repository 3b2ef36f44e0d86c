import FoundationEssentials
import HTTPTransport

/// Milliseconds since 1970, of this machine.
package typealias WallClock = @Sendable () -> Int64

enum ProviderClock {
    static let ofThisMachine: WallClock = { Int64((Date().timeIntervalSince1970 * 1_000).rounded()) }

    /// How far the provider's clock is ahead, by the `Date` of an answer that was asked for at `asked` and here at `answered`. Headers
    /// have whole seconds and the network takes its time, so the middle of both is compared: good to about a second.
    static func ahead(_ answer: Result<HTTPResponse, HTTPTransportError>, asked: Int64, answered: Int64) -> Int64? {
        guard case .success(let response) = answer, let text = response.header("Date"),
            let seconds = HTTPDate.seconds(text)
        else { return nil }
        let (middle, isOver) = asked.addingReportingOverflow(answered)
        return isOver ? nil : seconds * 1_000 + 500 - middle / 2
    }
}
