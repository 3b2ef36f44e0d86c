import BackendAPI
import Testing

@testable import EngineConfiguration

/// Environment, flags, file, default: the first of them that has a value wins, and the value knows which it was.
@Suite struct SourceOrderTests {
    private static let path = "server.limits.max_calls"

    private func effective(environment: Bool, flag: Bool, file isInFile: Bool) throws -> EffectiveValue {
        let variables = environment ? ["PTD_SERVER_LIMITS_MAX_CALLS": "1"] : [:]
        let flags = flag ? ["\(Self.path)=2"] : []
        let text = file(server: isInFile ? "limits: { max_calls: 3 }" : "limits: {}")
        let loaded = try load(text, variables: variables.withKey, flags: flags)
        let value = try #require(loaded.values.first { $0.key == Self.path })
        #expect(value.value == .integer(Int64(loaded.configuration.server.limits.callsPerConnectionMax)))
        return value
    }

    private func expect(_ value: EffectiveValue, _ text: String, _ origin: ValueOrigin) {
        #expect(value.text == text && value.origin == origin)
    }

    private static let variable = ValueOrigin.environment(variable: "PTD_SERVER_LIMITS_MAX_CALLS")
    private static let flag = ValueOrigin.flag("--set server.limits.max_calls")

    @Test func environmentBeforeFlag() throws {
        expect(try effective(environment: true, flag: true, file: false), "1", Self.variable)
    }

    @Test func environmentBeforeFile() throws {
        expect(try effective(environment: true, flag: false, file: true), "1", Self.variable)
    }

    @Test func environmentBeforeDefault() throws {
        expect(try effective(environment: true, flag: false, file: false), "1", Self.variable)
    }

    @Test func flagBeforeFile() throws {
        expect(try effective(environment: false, flag: true, file: true), "2", Self.flag)
    }

    @Test func flagBeforeDefault() throws {
        expect(try effective(environment: false, flag: true, file: false), "2", Self.flag)
    }

    @Test func fileBeforeDefault() throws {
        expect(try effective(environment: false, flag: false, file: true), "3", .file(line: 2))
    }

    @Test func allOfThem() throws {
        expect(try effective(environment: true, flag: true, file: true), "1", Self.variable)
    }

    @Test func noneOfThem() throws {
        expect(try effective(environment: false, flag: false, file: false), "256", .standard)
    }

    @Test func anEmptyVariableIsNotSetAndOfTwoFlagsTheLaterCounts() throws {
        let flags = ["server.listen=127.0.0.1:1", "server.listen=127.0.0.1:2"]
        let loaded = try load(file(), variables: ["PTD_SERVER_LISTEN": ""].withKey, flags: flags)
        #expect(loaded.configuration.server.listen.port == 2)
    }

    @Test func theFilesOwnValueIsNotReadWhereAnotherWins() throws {
        let text = file().replacing("${RUNNINGHUB_API_KEY}", with: "${GONE}")
        let variables = ["PTD_ENGINES_RH_CONFIG_API_KEY": secretText]
        let loaded = try load(text, variables: variables)
        #expect(loaded.configuration.engines.first?.settings?.secret("api_key")?.reveal() == secretText)
        #expect(loaded.warnings.isEmpty)
    }
}

/// What can be set from outside, and how it is written.
@Suite struct OutsideValueTests {
    @Test(arguments: [
        ("PTD_SERVER_LISTEN", "server.listen", "127.0.0.1:9"),
        ("PTD_SERVER_TIMEOUTS_MAX_CONNECTION_AGE", "server.timeouts.max_connection_age", "7.5"),
        ("PTD_STORAGE_PATH", "storage.path", "true"),
        ("PTD_ENGINES_RH_CONFIG_WORKFLOW_ID", "engines.rh.config.workflow_id", "12"),
        ("PTD_ENGINES_RH_ENABLED", "engines.rh.enabled", "true"),
        (
            "PTD_PIPELINES_POSE_CHANGE_STEPS_POSE_TRANSFER_DESCRIPTION",
            "pipelines.pose_change.steps.pose_transfer.description", "d e"
        ),
        ("PTD_PIPELINES_POSE_CHANGE_ENABLED", "pipelines.pose_change.enabled", "false"),
    ]) func aSingleValue(variable: String, path: String, text: String) throws {
        let byVariable = try load(file(), variables: [variable: text].withKey)
        let byFlag = try load(file(), flags: ["\(path)=\(text)"])
        #expect(byVariable.configuration == byFlag.configuration)
        for loaded in [byVariable, byFlag] {
            let value = loaded.values.first { $0.key == path }
            #expect(value?.text == text && value?.origin != .standard, "\(String(describing: value))")
        }
    }

    @Test(arguments: [
        ("a.example,b.example", ["a.example", "b.example"]), ("[a.example, b.example]", ["a.example", "b.example"]),
        (" a.example , b.example ", ["a.example", "b.example"]), ("[]", []), ("a.example", ["a.example"]),
        ("['a.example']", ["a.example"]), ("[a.example,\n b.example]", ["a.example", "b.example"]),
    ]) func aList(text: String, hosts: [String]) throws {
        let loaded = try load(file(server: "input_url_hosts: [c.example]"), flags: ["server.input_url_hosts=\(text)"])
        #expect(loaded.configuration.server.inputURLHosts.map(\.name) == hosts)
    }

    @Test func anEmptyFlagIsAnEmptyList() throws {
        let loaded = try load(file(server: "input_url_hosts: [c.example]"), flags: ["server.input_url_hosts="])
        #expect(loaded.configuration.server.inputURLHosts.isEmpty)
    }

    @Test func severalEnginesForAStep() throws {
        let text = file(engine: "concurrency: 1").replacing(
            "pipelines:",
            with: "  b-2.c: { type: runninghub, config: { api_key: \"${K:-k}\", workflow_id: \"2\" } }\npipelines:")
        let variables = [
            "PTD_PIPELINES_POSE_CHANGE_STEPS_POSE_TRANSFER_ENGINE": "b-2.c,rh",
            "PTD_PIPELINES_POSE_CHANGE_STEPS_POSE_TRANSFER_STRATEGY": "spread", "PTD_ENGINES_B_2_C_CONFIG_TIMEOUT": "9",
        ].withKey
        let loaded = try load(text, variables: variables)
        let step = try #require(loaded.configuration.pipelines.first?.steps.first)
        #expect(step.engines == ["b-2.c", "rh"] && step.strategy == .spread)
        #expect(loaded.configuration.engine(named: "b-2.c")?.settings?.seconds("timeout") == 9)
        let flagged = try load(text, flags: ["engines.b-2.c.config.timeout=8"])
        #expect(flagged.configuration.engine(named: "b-2.c")?.settings?.seconds("timeout") == 8)
    }

    @Test func aPartOfAMapThatTheFileHas() throws {
        let text = file(engine: "inputs: { raw_image: { node: \"1\", field: image } }")
        let loaded = try load(text, variables: ["PTD_ENGINES_RH_CONFIG_INPUTS_RAW_IMAGE_NODE": "12"].withKey)
        let inputs = loaded.configuration.engines.first?.settings?.map("inputs")
        #expect(inputs?["raw_image"] == .map(["node": .text("12"), "field": .text("image")]))
    }

    @Test func aReferenceInAFlagIsFollowedOnce() throws {
        let files = ["/run/key": FileContents.bytes(Array("\(secretText)\n".utf8), isReadableByEveryone: false)]
        let loaded = try load(file(), files: files, flags: ["engines.rh.config.api_key=${file:/run/key}"])
        #expect(loaded.configuration.engines.first?.settings?.secret("api_key")?.reveal() == secretText)
        #expect(loaded.warnings.isEmpty)
    }

    @Test func aTypeFromOutsideDecidesWhichKeysThereAre() throws {
        let text = file().replacing("type: runninghub", with: "type: onething")
        let variables = ["PTD_ENGINES_RH_TYPE": "runninghub", "PTD_ENGINES_RH_CONFIG_CONCURRENCY": "4"].withKey
        #expect(try load(text, variables: variables).configuration.engines.first?.plan?.concurrency == 4)
    }
}

/// What is wrong with a value from outside is told with its origin, and with what to do.
@Suite struct OutsideRefusalTests {
    @Test(arguments: [
        ("PTD_SERVER_LISTEM", "1", "names no key of the configuration; did you mean PTD_SERVER_LISTEN?"),
        ("PTD_XYZ", "1", "names no key of the configuration; 'posetransferd config' shows the keys that there are"),
        ("PTD_", "1", "names no key of the configuration"),
        ("PTD_CONFIGS", "1", "did you mean PTD_CONFIG?"),
        ("PTD_SERVER_LISTEN", "nowhere", "server.listen: is no address with a port"),
        ("PTD_SERVER_LIMITS_MAX_CALLS", "0", "server.limits.max_calls: is out of range; write a whole number from 1"),
        ("PTD_SERVER_ALLOW_PLAINTEXT", "yes", "server.allow_plaintext: is neither true nor false; write one"),
        (
            "PTD_SERVER_CALLERS", "[]",
            "server.callers: has several values below it and cannot be set in one line; write it in the file"
        ),
        ("PTD_SERVER_CALLERS_0_NAME", "x", "server.callers: cannot be set from outside; write it in the file"),
        ("PTD_SERVER", "x", "set its keys one by one: --set server.listen=127.0.0.1:7411"),
        ("PTD_ENGINES_RH_CONFIG_INPUTS", "x", "engines.rh.config.inputs: has several values below it"),
        ("PTD_ENGINES_OTHER_TYPE", "runninghub", "names no key of the configuration"),
        (
            "PTD_PIPELINES_POSE_CHANGE_STEPS_POSE_TRANSFER_ENGINE", "rh,hr",
            "engine[1]: is no engine of this file; did you mean 'rh'?"
        ),
        ("PTD_SERVER_INPUT_URL_HOSTS", "[{a: b}]", "server.input_url_hosts: has more than single values in it"),
        ("PTD_SERVER_INPUT_URL_HOSTS", "[a", "server.input_url_hosts: is no list; write a,b or [a, b]"),
        ("PTD_SERVER_INPUT_URL_HOSTS", "a,,b", "server.input_url_hosts[1]: is empty"),
        (
            "PTD_STORAGE_RESULT_RETENTION", "2592001",
            "storage.result_retention: result_retention (2592001 s) is longer than"
        ),
    ]) func ofAVariable(name: String, text: String, message: String) {
        let messages = refusals(file(), variables: [name: text].withKey)
        #expect(messages.count == 1, "\(messages)")
        #expect(messages.first?.hasPrefix("environment variable \(name): ") == true, "\(messages)")
        #expect(messages.first?.contains(message) == true, "\(messages)")
    }

    @Test(arguments: [
        ("server.listem=1", "names no key of the configuration; did you mean server.listen?"),
        ("zzz=1", "names no key of the configuration; 'posetransferd config'"),
        ("server.listen=", "server.listen: is empty"), ("server.limits.max_calls=x", "is no number 'x'"),
        ("engines.rh.config.billing=pad", "is an unknown word 'pad'; did you mean 'paid'?"),
        ("engines.rh.config.outputs=[]", "cannot be set in one line"),
        ("engines.rh.config=x", "set its keys one by one: --set engines.rh.config.KEY=VALUE"),
        ("storage.path=${GONE}", "the environment variable GONE is not set"),
    ]) func ofAFlag(argument: String, message: String) {
        let messages = refusals(file(), flags: [argument])
        let path = argument.prefix { $0 != "=" }
        #expect(messages.count == 1, "\(messages)")
        #expect(messages.first?.hasPrefix("flag --set \(path): ") == true, "\(messages)")
        #expect(messages.first?.contains(message) == true, "\(messages)")
    }

    @Test func twoKeysOfOneNameAreToldApartByFlagsAlone() throws {
        let other = "  r-h: { type: runninghub, config: { api_key: \"${K:-k}\", workflow_id: \"2\" } }\n"
        let second = other.replacing("r-h", with: "r_h")
        let text = file().replacing("pipelines:", with: other + second + "pipelines:")
        let messages = refusals(text, variables: ["PTD_ENGINES_R_H_CONFIG_TIMEOUT": "5"].withKey)
        #expect(messages.allSatisfy { $0.contains("names engines.r-h.config.timeout and engines.r_h.config.timeout") })
        #expect(!messages.isEmpty)
        let loaded = try load(text, flags: ["engines.r-h.config.timeout=5"])
        #expect(loaded.configuration.engine(named: "r-h")?.settings?.seconds("timeout") == 5)
        #expect(loaded.configuration.engine(named: "r_h")?.settings?.seconds("timeout") == 300)
    }

    @Test func anUnknownTypeIsToldOnce() {
        let text = file().replacing("type: runninghub", with: "type: unheard_of")
        let messages = refusals(text, variables: ["PTD_ENGINES_RH_CONFIG_TIMEOUT": "5"].withKey)
        #expect(messages.count == 1 && messages[0].contains("unknown type"), "\(messages)")
    }

    @Test(arguments: [
        "PTD_SERVER_LISTEN", "PTD_ENGINES_RH_CONFIG_TIMEOUT", "PTD_ENGINES_RH_CONFIG_BILLING", "PTD_ENGINES_RH_TYPE",
        "PTD_PIPELINES_POSE_CHANGE_STEPS_POSE_TRANSFER_ENGINE", "PTD_SERVER_INPUT_ROOTS", "PTD_SERVER_INPUT_URL_HOSTS",
    ]) func noMessageRepeatsAVariablesValue(name: String) {
        let messages = refusals(file(), variables: [name: "5ecre7/"].withKey)
        #expect(!messages.isEmpty && !messages.joined().contains("5ecre7"), "\(messages)")
    }

    @Test func aKeyOnTheCommandLineIsWarnedOf() throws {
        let warnings = try load(file(), flags: ["engines.rh.config.api_key=\(secretText)"]).warnings
        #expect(warnings.count == 1 && warnings[0].description.contains("stands on the command line"))
        #expect(!warnings[0].description.contains(secretText))
    }

    @Test(arguments: ["", "=", "=x", "server.listen"]) func anArgumentWithoutPathOrValueIsNone(argument: String) {
        #expect(FlagSetting(argument: argument) == nil)
    }
}

extension [String: String] {
    /// With the key that every engine of the tests' file needs.
    var withKey: [String: String] { merging(["RUNNINGHUB_API_KEY": secretText]) { first, _ in first } }
}
