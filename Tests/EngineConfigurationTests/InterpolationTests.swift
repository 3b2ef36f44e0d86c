import BackendAPI
import Testing

@testable import EngineConfiguration

@Suite struct ReferenceTests {
    /// What `workflow_id` comes to.
    private func value(
        _ text: String, variables: [String: String] = [:], files: [String: FileContents] = [:]
    ) throws -> String? {
        let variables = variables.merging(["RUNNINGHUB_API_KEY": secretText]) { first, _ in first }
        let text = file().replacing("workflow_id: \"1\"", with: "workflow_id: '\(text)'")
        return try load(text, variables: variables, files: files).configuration.engines.first?.settings?.text(
            "workflow_id")
    }

    private func refusal(_ text: String, variables: [String: String] = [:], files: [String: FileContents] = [:])
        -> String
    {
        let variables = variables.merging(["RUNNINGHUB_API_KEY": secretText]) { first, _ in first }
        let text = file().replacing("workflow_id: \"1\"", with: "workflow_id: '\(text)'")
        let messages = refusals(text, variables: variables, files: files)
        return messages.count == 1 ? messages[0] : "\(messages)"
    }

    @Test(arguments: [
        ("${A}", "a"), ("x${A}y${B:-b}z", "xaybz"), ("${B:b}", "b"), ("${B:-b}", "b"), ("${A:b}", "a"),
        ("${EMPTY:-b}", "b"),
        ("${EMPTY:b}", "b"), ("${B:-http://h:1/p}", "http://h:1/p"), ("${B:http://h:1/p}", "http://h:1/p"),
        ("$A", "$A"), ("$$", "$$"),
        ("$${A}", "${A}"), ("a$", "a$"), ("${NESTED}", "${A}"), ("${B:--}", "-"),
    ]) func aReferenceIsReplacedOnce(text: String, result: String) throws {
        #expect(try value(text, variables: ["A": "a", "EMPTY": "", "NESTED": "${A}"]) == result)
    }

    @Test(arguments: [
        ("${B}", "the environment variable B is not set"), ("${B", "is never closed"),
        ("${}", "does not hold a variable's name"),
        ("${1A}", "does not hold a variable's name"), ("${A B}", "does not hold a variable's name"),
        ("${B:-${A}}", "stands inside another one"), ("${file:relative}", "needs an absolute path"),
        ("${EMPTY}", "is empty"),
        ("${file:/gone}", "the file '/gone' cannot be read (No such file or directory)"),
    ]) func aReferenceThatLeadsNowhereIsToldWithItsPlace(text: String, message: String) {
        let refusal = refusal(text, variables: ["A": "a", "EMPTY": ""])
        #expect(refusal.hasPrefix("7:20: engines.rh.config.workflow_id: ") && refusal.contains(message), "\(refusal)")
    }

    @Test(arguments: [("v", "v"), ("v\n", "v"), ("v\r\n", "v")]) func oneNewlineAtAFilesEndIsDropped(
        text: String, result: String
    ) throws {
        let files = ["/f": FileContents.bytes(Array(text.utf8), isReadableByEveryone: false)]
        #expect(try value("${file:/f}", files: files) == result)
    }

    @Test func aFileThatIsNotFitForASecretIsRefused() {
        let long = [UInt8](repeating: 0x61, count: (64 << 10) + 1)
        #expect(refusal("${file:/f}", files: ["/f": .bytes([0x61], isReadableByEveryone: true)]).contains("chmod o-r"))
        #expect(
            refusal("${file:/f}", files: ["/f": .bytes(long, isReadableByEveryone: false)]).contains(
                "more than 65536 bytes"))
        #expect(refusal("${file:/f}", files: ["/f": .bytes([0xff], isReadableByEveryone: false)]).contains("not UTF-8"))
        #expect(
            refusal("${file:/f}", files: ["/f": .bytes(Array("a\n\n".utf8), isReadableByEveryone: false)]).contains(
                "line break"))
    }

    @Test func aReferenceMayBeANumber() throws {
        let settings = try load(file(engine: "timeout: \"${T:-7.5}\"")).configuration.engines.first?.settings
        #expect(settings?.seconds("timeout") == 7.5)
    }
}

/// Whatever is wrong, no message holds what a variable or file brought.
@Suite struct SecretKeepingTests {
    @Test(arguments: [
        "timeout: \"${RUNNINGHUB_API_KEY}\"", "concurrency: \"${RUNNINGHUB_API_KEY}\"",
        "billing: \"${RUNNINGHUB_API_KEY}\"",
        "api_base_url: \"${RUNNINGHUB_API_KEY}\"", "result_hosts: \"${RUNNINGHUB_API_KEY}\"", "billing: \(secretText)",
        "timeout: \(secretText)", "api_base_url: \(secretText)",
    ]) func inTheWrongKey(line: String) {
        let messages = refusals(file(engine: line))
        #expect(messages.count == 1 && !messages[0].contains(secretText), "\(messages)")
    }

    /// A short one, which would be repeated if it stood in the file itself.
    @Test(arguments: ["timeout", "concurrency", "billing", "api_base_url"]) func inTheWrongKeyThoughShort(key: String) {
        let variables = ["RUNNINGHUB_API_KEY": secretText, "SHORT": "5ecre7"]
        let messages = refusals(file(engine: "\(key): \"${SHORT}\""), variables: variables)
        #expect(messages.count == 1 && !messages[0].contains("5ecre7"), "\(messages)")
    }

    @Test func inNames() {
        let reference = "\"${RUNNINGHUB_API_KEY}\""
        for text in [
            file().replacing("type: runninghub", with: "type: \(reference)"),
            file().replacing("engine: rh", with: "engine: \(reference)"),
            file(server: "listen: \(reference)"),
            file(server: "callers: [{ name: \"a ${RUNNINGHUB_API_KEY}\", token_sha256: [\(reference)] }]"),
        ] {
            let messages = refusals(text)
            #expect(!messages.isEmpty && !messages.joined().contains(secretText), "\(messages)")
        }
    }

    @Test(arguments: [
        " \(secretText)", "\(secretText)\n", "a\u{a0}b", "a\tb", "kéy", "YOUR_API_KEY", "<your-api-key>", "",
    ]) func aKeyThatCannotBeRightIsRefused(key: String) {
        let messages = refusals(file(), variables: ["RUNNINGHUB_API_KEY": key])
        #expect(messages.count == 1 && messages[0].hasPrefix("6:16: engines.rh.config.api_key: "), "\(messages)")
        #expect(key.isEmpty || !messages[0].contains(key), "\(messages)")
    }

    @Test func aDefaultThatIsAKeyIsALiteralKey() throws {
        let text = file().replacing("${RUNNINGHUB_API_KEY}", with: "${RUNNINGHUB_API_KEY:-\(secretText)}")
        let warnings = try load(text, variables: [:]).warnings
        #expect(warnings.count == 1 && !warnings[0].description.contains(secretText))
        #expect(try load(text, variables: ["RUNNINGHUB_API_KEY": "k"]).warnings.isEmpty)
    }

    @Test func theLoadedValueDoesNotPrintIt() throws {
        let loaded = try load(file())
        var dumped = ""
        dump(loaded, to: &dumped)
        #expect(!dumped.contains(secretText) && !"\(loaded)".contains(secretText))
    }

    @Test func aSyntaxErrorDoesNotRepeatTheLine() {
        for text in [
            "api_key \(secretText): [", "a: \"\(secretText)", "\t\(secretText)", "a: *\(secretText)",
            "- \(secretText)\nb: c", "a: {\(secretText)",
        ] {
            let messages = refusals(text)
            #expect(!messages.isEmpty && !messages.joined().contains(secretText), "\(messages)")
        }
    }
}

@Suite struct ScalarRulesTests {
    private func outcome(_ text: String) -> ConfigurationValue? {
        let position = Position(line: 1, column: 1)
        let scalar = ResolvedScalar(text: text, position: position, mayBeNumber: true, isFromOutside: false)
        return try? ScalarRules.integer(scalar, -100...100).get()
    }

    @Test func aWholeNumberMayBeNegativeWhereItsRangeIs() {
        #expect(outcome("-100") == .integer(-100) && outcome("100") == .integer(100) && outcome("0") == .integer(0))
        for text in ["-101", "101", "-", "--1", "+1", "-01", "1_0", "0x1", " 1", "1e1", "", "\u{0661}"] {
            #expect(outcome(text) == nil, "\(text)")
        }
    }
}
