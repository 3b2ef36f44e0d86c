import BackendAPI
import FoundationEssentials
import HTTPTransport
import RunningHubBackend

/// The files of the package's root, and the types that the program has.
enum Shipped {
    static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static let registry = BackendRegistry([
        RunningHubBackendFactory(transport: Nowhere()), LegacyBackendFactory.onething, LegacyBackendFactory.autodl,
    ])

    /// Declaring keys and checking settings sends nothing.
    private struct Nowhere: HTTPTransport {
        func execute(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
            throw HTTPTransportError(.connect, .nothingSent, message: "no test of the configuration sends anything")
        }
    }
}
