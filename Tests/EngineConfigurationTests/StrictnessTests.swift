import BackendAPI
import Testing

@testable import EngineConfiguration

/// Each mistake has its place and says what to do.
@Suite struct StrictnessTests {
    @Test(arguments: [
        ("timout: 5", "7:7: engines.rh.config: unknown key 'timout'; did you mean 'timeout'?"),
        ("zzz: 5", "7:7: engines.rh.config: unknown key 'zzz'; known here: api_base_url, api_key"),
        (
            "timeout: soon",
            "7:16: engines.rh.config.timeout: is no number 'soon'; write a number of seconds from 1 to 86400"
        ),
        ("timeout: \"300\"", "7:16: engines.rh.config.timeout: is text in quotes"),
        ("timeout: 0", "7:16: engines.rh.config.timeout: is out of range '0'"),
        ("timeout: 86401", "7:16: engines.rh.config.timeout: is out of range"),
        ("timeout: nan", "7:16: engines.rh.config.timeout: is no number"),
        ("timeout: [1]", "7:16: engines.rh.config.timeout: is a list, but must be a single value"),
        (
            "timeout:",
            "7:15: engines.rh.config.timeout: is nothing, but must be a single value; give one or remove the line"
        ),
        ("concurrency: 1.5", "7:20: engines.rh.config.concurrency: is no number '1.5'"),
        ("concurrency: 010", "7:20: engines.rh.config.concurrency: is no number"),
        ("concurrency: 0", "7:20: engines.rh.config.concurrency: is out of range"),
        ("concurrency: 9223372036854775808", "7:20: engines.rh.config.concurrency: is out of range"),
        ("billing: pad", "7:16: engines.rh.config.billing: is an unknown word 'pad'; did you mean 'paid'?"),
        ("billing: x", "7:16: engines.rh.config.billing: is an unknown word 'x'; write one of: paid, none"),
        ("api_base_url: ftp://x", "7:21: engines.rh.config.api_base_url: is no web address"),
        ("api_base_url: https://u@x", "7:21: engines.rh.config.api_base_url: is no web address"),
        ("api_base_url: https://", "7:21: engines.rh.config.api_base_url: is no web address"),
        ("result_hosts: a", "7:21: engines.rh.config.result_hosts: is a single value, but must be a list"),
        ("result_hosts: [a, true]", "7:25: engines.rh.config.result_hosts[1]: is true, but must be text"),
        ("inputs: [a]", "7:15: engines.rh.config.inputs: is a list, but must be a map"),
        (
            "inputs: { raw_image: { node: \"3\" } }",
            "7:28: engines.rh.config.inputs.raw_image: required key 'field' is missing"
        ),
        (
            "outputs: [{ node: \"3\", nam: x }]",
            "7:30: engines.rh.config.outputs[0]: unknown key 'nam'; did you mean 'name'?"
        ),
        (
            "inputs: { raw_image: { node: \"0\", field: f } }",
            "7:36: engines.rh.config.inputs.raw_image.node: node 0 does not exist"
        ),
    ]) func inAnEnginesSettings(line: String, message: String) {
        let messages = refusals(file(engine: line).dropFirstLine())
        #expect(messages.count == 1 && messages.first?.hasPrefix(message) == true, "\(messages)")
    }

    @Test(arguments: [
        ("engins: {}", "1:1: unknown key 'engins'; did you mean 'engines'?"),
        ("engines: {}\npipelines: {}", "1:1: engines: is empty"),
        ("engines: [a]", "1:10: engines: is a list, but must be a map"),
        ("engines: { x: { config: {} } }", "1:15: engines.x: required key 'type' is missing"),
        (
            "engines: { x: { type: runninghup } }",
            "1:23: engines.x.type: 'runninghup' is an unknown type; did you mean 'runninghub'?"
        ),
        (
            "engines: { x: { type: other } }",
            "1:23: engines.x.type: 'other' is an unknown type; known types: autodl (disabled), onething (disabled), runninghub"
        ),
        ("engines: { \"a b\": { type: onething } }", "1:12: engines: 'a b' is no name"),
    ]) func inEngines(text: String, message: String) {
        #expect(
            refusals(text).contains { $0.hasPrefix(message) },
            "\(refusals(text))")
    }

    @Test(arguments: [
        ("p: {}", "required key 'steps' is missing"),
        ("p: { steps: {} }", "is empty; name one step"),
        ("p: { steps: { s: { engine: hr } } }", "'hr' is no engine of this file; did you mean 'rh'?"),
        ("p: { steps: { s: { engine: unheard_of } } }", "engines of this file: rh"),
        ("p: { steps: { s: {} } }", "required key 'engine' is missing"),
        ("p: { steps: { s: { engine: [rh, rh] } } }", "engine[1]: 'rh' stands in this list already"),
        ("p: { steps: { s: { engine: [rh, hr] } } }", "engine[1]: 'hr' is no engine of this file; did you mean 'rh'?"),
        ("p: { steps: { s: { engine: [] } } }", "engine: is empty; name at least one engine"),
        ("p: { steps: { s: { engine: { a: b } } } }", "engine: is a map, but must be a single value"),
        ("p: { steps: { s: { engine: rh, strategy: spread } } }", "'strategy' chooses among several engines"),
        ("p: { steps: { s: { engine: [rh], strategy: spred } } }", "unknown word 'spred'; did you mean 'spread'?"),
        ("p: { steps: { s: { engine: rh }, \"t u\": { engine: rh } } }", "'t u' is no name"),
        ("p: { enabled: yes, steps: { s: { engine: rh } } }", "is neither true nor false 'yes'"),
        ("p: { steps: { s: { engine: rh } } }\nP: { steps: { s: { engine: rh } } }", "'P' is the pipeline of line"),
    ]) func inPipelines(text: String, message: String) {
        let messages = refusals(file(pipeline: text))
        #expect(messages.count == 1 && messages.first?.contains(message) == true, "\(messages)")
    }

    @Test func everyMistakeIsToldInOneRunInTheOrderOfTheFile() {
        let text = """
            server: { lisen: x, limits: { max_calls: 0 } }
            storage: { pathh: x }
            engines:
              a: { type: runninghub, config: { api_key: "${NOT_SET}", timeout: x } }
              b: { type: unheard_of }
            pipelines:
              p: { steps: { s: { engine: c } } }
            """
        let messages = refusals(text)
        #expect(messages.map { $0.prefix { $0 != ":" } } == ["1", "1", "2", "4", "4", "4", "5", "7"], "\(messages)")
    }

    @Test func anEngineWithFaultsIsStillAnEngineToItsPipeline() {
        #expect(refusals(file(engine: "zzz: 1")).count == 1)
    }

    @Test func anEngineThatIsSwitchedOffMayLackItsKeyButNotHaveUnknownOnes() throws {
        let off = file().replacing("type: runninghub", with: "type: runninghub\n    enabled: false")
        #expect(try load(off, variables: [:]).configuration.engines.first?.isEnabled == false)
        #expect(refusals(off.replacing("workflow_id", with: "workflow_jd"), variables: [:]).count == 1)
    }

    @Test func theErrorCarriesTheStatusOfABrokenConfiguration() {
        #expect(ConfigurationError.exitStatus == 78)
    }

    @Test func problemsAreKeptUpToTheLimitAndTheRestIsCounted() {
        let keys = (0..<201).map { "k\($0): 1" }.joined(separator: "\n")
        #expect(throws: ConfigurationError.self) { try load(keys) }
        do {
            _ = try load(keys)
        } catch let error as ConfigurationError {
            // 201 unknown keys, and engines and pipelines are missing.
            #expect(error.problems.count == 200 && error.moreProblems == 3)
            #expect(error.description.hasSuffix("... and 3 more"))
        } catch {}
    }
}

extension String {
    /// The line of an empty `server:` that `file(...)` leaves at its beginning.
    func dropFirstLine() -> String { String(drop { $0 != "\n" }.dropFirst()) }
}
