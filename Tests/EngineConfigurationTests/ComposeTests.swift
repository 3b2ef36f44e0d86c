import BackendAPI
import Testing

@testable import EngineConfiguration

/// `compose.yml`, as far as it can be judged without Docker: its YAML, its keys, and the configuration in it.
@Suite struct ComposeTests {
    private func root() throws -> ConfigurationNode {
        let document = YAMLDocument(try Shipped.text("compose.yml"))
        #expect(document.problems == [])
        return try #require(document.root)
    }

    private func service(_ name: String) throws -> ConfigurationNode {
        try #require(root().value(of: "services")?.value(of: name))
    }

    private func keys(_ node: ConfigurationNode?) -> Set<String> { Set(SettableKey.names(node).map(\.key)) }

    private func texts(_ node: ConfigurationNode?) -> [String] {
        guard case .list(let nodes)? = node?.content else { return [] }
        return nodes.compactMap { $0.text }
    }

    @Test func itHasOnlyKeysOfTheComposeSpecification() throws {
        #expect(try keys(root()) == ["services", "configs", "volumes"])
        let known: Set<String> = [
            "build", "image", "entrypoint", "command", "ports", "user", "read_only", "cap_drop", "security_opt",
            "tmpfs",
            "healthcheck", "restart", "depends_on", "network_mode", "configs", "environment", "volumes",
            "stop_grace_period",
        ]
        #expect(try keys(root().value(of: "services")) == ["simulator", "posetransferd"])
        for name in ["simulator", "posetransferd"] { #expect(try keys(service(name)).subtracting(known) == []) }
    }

    @Test(arguments: ["simulator", "posetransferd"]) func nothingHasMoreRightsThanItNeeds(name: String) throws {
        let service = try service(name)
        #expect(service.value(of: "user")?.text == "10001:10001")
        #expect(service.value(of: "read_only")?.text == "true")
        #expect(texts(service.value(of: "cap_drop")) == ["ALL"])
        #expect(texts(service.value(of: "security_opt")) == ["no-new-privileges:true"])
        #expect(texts(service.value(of: "tmpfs")) == ["/tmp"])
    }

    @Test func thePortIsPublishedOnLoopbackAloneAndTheNetworkIsShared() throws {
        #expect(texts(try service("simulator").value(of: "ports")) == ["127.0.0.1:7411:7411"])
        #expect(try service("posetransferd").value(of: "network_mode")?.text == "service:simulator")
        // A service in another's network cannot publish anything itself.
        #expect(try service("posetransferd").value(of: "ports") == nil)
        #expect(texts(try service("posetransferd").value(of: "volumes")) == ["data:/var/lib/posetransferd"])
        #expect(try keys(root().value(of: "volumes")) == ["data"])
    }

    @Test func theConfigurationInItCanBeUsedAndCostsNothing() throws {
        let content = try #require(root().node(along: "configs.engine_config.content").text)
        let environment = SettableKey.names(try service("posetransferd").value(of: "environment"))
        var variables = Dictionary(uniqueKeysWithValues: environment.map { ($0.key, $0.value.text ?? "") })
        // The image sets it.
        variables["PTD_STORAGE_PATH"] = "/var/lib/posetransferd"
        let text = content.replacing("$$", with: "$")
        let loaded = try loader(variables: variables, registry: Shipped.registry)
            .load(Array(text.utf8), file: "engine_config.yml")
        let configuration = loaded.configuration
        let settings = try #require(configuration.engines.first?.settings)
        #expect(configuration.server.listen.description == "0.0.0.0:7411")
        #expect(settings.text("billing") == "none")
        let command = texts(try service("simulator").value(of: "command"))
        #expect(settings.text("api_base_url") == "http://127.0.0.1:\(command.last ?? "")")
        #expect(configuration.storage.path == "/var/lib/posetransferd")
        #expect(configuration.server.callers.map(\.name) == ["demo"])
        #expect(!content.replacing("$$", with: "").contains("$"), "compose would fill a single $ in")
    }
}

extension ConfigurationNode {
    fileprivate var text: String? { if case .scalar(let text, _) = content { text } else { nil } }
}
