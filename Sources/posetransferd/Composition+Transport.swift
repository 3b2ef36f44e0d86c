import BackendAPI
import HTTPTransport
import ServiceComposition

extension Composition {
    /// Starts the one way out of the process, and ends it after `body`.
    static func withRegistry(_ body: (BackendRegistry, CurlTransport) async throws -> Void) async throws {
        let transport = try Serve.start { try CurlTransport(.init()) }
        defer { transport.shutdown() }
        try await body(registry(transport: transport), transport)
    }
}
