import BackendAPI
import EngineConfiguration
import HTTPTransport

extension Composition {
    /// Starts the one way out of the process, and ends it after `body`.
    static func withRegistry(_ body: (BackendRegistry) async throws -> Void) async throws {
        let transport = try Serve.start { try CurlTransport(.init()) }
        defer { transport.shutdown() }
        try await body(registry(transport: transport))
    }

    /// The backend of one engine alone; `nil`: the engine is disabled.
    func backend(of engine: ConfiguredEngine) throws -> (any Backend)? {
        guard case .enabled(let settings, _) = engine.state else { return nil }
        return try registry.factory(for: engine.type)?.make(settings)
    }
}
