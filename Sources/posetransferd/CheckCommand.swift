import ArgumentParser
import BackendAPI
import EngineConfiguration
import ServiceComposition
import TaskStore

/// `posetransferd check`: the list to go through before going live.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Go through the checklist: configuration, engines, pipelines, data folder, clock.",
        discussion: """
            Each line is yes, no or not known, with what to do. Without --online nothing leaves this machine. With it each enabled engine's \
            provider is asked about key, site, workflow and balance, which costs nothing and starts no run. Nothing is changed, and a running \
            service is not disturbed.

            Exit status 0: nothing is wrong. 1: at least one no. 78: the configuration is wrong; every error is shown.

            Example: posetransferd check --online --config engine_config.yml
            """)

    @OptionGroup var options: ConfigurationOptions
    @Flag(name: .long, help: "Ask the providers as well.") var online = false
    @Flag(name: .long, help: "Write JSON: a list of lines with answer, subject, question, detail and advice.")
    var json = false
    @Option(name: .long, help: ArgumentHelp("How long all providers together may take.", valueName: "seconds"))
    var timeout: Double = 20

    func validate() throws {
        guard timeout > 0, timeout <= 3_600 else { throw ValidationError("--timeout: give 0.1 to 3600 seconds") }
    }

    func run() async throws {
        try await Composition.withRegistry { registry, _ in
            let loaded: LoadedConfiguration
            do throws(ConfigurationError) {
                loaded = try options.load(registry)
            } catch {
                try show(Checklist(unusable: options.path, error))
                Serve.complain("\(error)")
                throw ExitStatus.configuration
            }
            for warning in loaded.warnings { Serve.complain("warning: \(warning)") }
            let probes =
                online ? await probes(Composition(configuration: loaded.configuration, registry: registry)) : nil
            let facts = ChecklistFacts(
                file: options.path, folder: Self.folder(loaded.configuration.storage.path), probes: probes)
            let list = Checklist(loaded.configuration, registry: registry, facts)
            try show(list)
            if list.hasNo { throw ExitStatus.checkedNo }
        }
    }

    private func show(_ list: Checklist) throws {
        if json { return print(try JSONText(list).text) }
        for line in list.lines { print(line.text) }
    }

    private static func folder(_ path: String) -> FolderFacts {
        let look = FolderLook(at: path)
        return FolderFacts(
            path: look.path, exists: look.exists, fault: look.fault, isWritable: look.isWritable,
            freeBytes: look.freeBytes, holder: look.holder)
    }

    /// All engines at the same time, none longer than the bound.
    private func probes(_ composition: Composition) async -> [String: ProbeOutcome] {
        let seconds = timeout
        return await withTaskGroup(of: (String, ProbeOutcome).self) { group in
            for engine in composition.configuration.engines where engine.isEnabled {
                group.addTask {
                    do {
                        guard let backend = try composition.backend(of: engine) else {
                            return (engine.name, .impossible("its type cannot run"))
                        }
                        return (engine.name, await Self.probe(backend, seconds: seconds))
                    } catch {
                        return (engine.name, .impossible("\(error)"))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private static func probe(_ backend: any Backend, seconds: Double) async -> ProbeOutcome {
        await withTaskGroup(of: ProbeOutcome.self) { group in
            group.addTask { .answered(await backend.probe()) }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return .timedOut(seconds: seconds)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .timedOut(seconds: seconds)
        }
    }
}
