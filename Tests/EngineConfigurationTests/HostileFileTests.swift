import Testing

@testable import EngineConfiguration

@Suite struct HostileFileTests {
    @Test(arguments: [
        ("", "is empty"), ("# only a comment\n", "is empty"), ("~", "is empty"), ("text", "must be a map"),
        ("[1]", "must be a map"),
        ("a: 1\na: 2", "1:1: this map has the key 'a' more than once"), ("a: 1\n\"a\": 2", "more than once"),
        ("1: 1\n\"1\": 2", "2:1: key '1' stands here twice (first in line 1)"),
        ("a: &x 1", "1:4: anchors (&name) and aliases (*name) are not read"), ("&x a: 1", "a key must be a plain name"),
        ("a: *x", "1:4: anchors"),
        ("a: !!int 1", "1:4: tags (!name) are not read"), ("a: !x {}", "tags"),
        ("? [a]\n: 1", "a key must be a plain name"),
        ("---\n---\n", "remove '---'"), ("...", ""), ("a: \"\\ud800\"", "not YAML"),
        ("%YAML 9.9\n---\na: 1", "not YAML"),
        ("a: 1\n---\nb: 2", "remove '---'"), ("a: [", "not YAML"), ("a: b: c", "1:5: not YAML"),
        ("a: \u{7}", "not YAML"), ("<<: {}", "unknown key '<<'"),
    ]) func isRefusedWithItsPlace(text: String, message: String) {
        #expect(refusals(text).contains { $0.contains(message) }, "\(refusals(text))")
    }

    @Test func sizeIsJudgedAtTheLimit() throws {
        let text = file()
        let padded = text + "\n#" + String(repeating: "x", count: (1 << 20) - text.utf8.count - 2)
        #expect(padded.utf8.count == 1 << 20)
        _ = try load(padded)
        #expect(refusals(padded + "x") == ["has more than 1048576 bytes; is it the right file?"])
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: ConfigurationError.self) { try loader().load([0x61, 0x3a, 0x20, 0xff], file: "f") }
    }

    @Test func aFileThatCannotBeReadIsAConfigurationError() throws {
        #expect(throws: ConfigurationError.self) { try loader().load(path: "/gone.yml") }
        let readable = loader(files: ["/here.yml": .bytes(Array(file().utf8), isReadableByEveryone: true)])
        #expect(try readable.load(path: "/here.yml").configuration.engines.count == 1)
        do {
            _ = try loader().load(path: "/gone.yml")
        } catch {
            #expect(
                error.description
                    == "/gone.yml: cannot be read (No such file or directory); check the path, or give another with --config"
            )
        }
    }

    /// Nine levels of nine aliases: 350 bytes that mean 400 million values, as a value and as a key.
    @Test(arguments: ["i", "? *h\n: 1"]) func manyAliasesAreRefusedWithoutBeingExpanded(end: String) {
        var lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
        for (name, inner) in zip("bcdefgh", "abcdefg") {
            lines.append("\(name): &\(name) [\(Array(repeating: "*\(inner)", count: 9).joined(separator: ", "))]")
        }
        lines.append(end == "i" ? "i: *h" : end)
        #expect(
            refusals(lines.joined(separator: "\n")).contains {
                $0.contains("anchors (&name) and aliases (*name) are not read")
            })
    }

    @Test func fewAliasesAreRefusedByTheParsersTree() {
        #expect(refusals("a: &x {b: 1}\nc: [*x, *x]").filter { $0.contains("anchors") }.count == 3)
    }

    @Test func starsInQuotesAndCommentsAreNoAliases() throws {
        let stars = String(repeating: "#  *star *star *star *star\n", count: 20)
        let hosts = Array(repeating: "\"*.example.com\"", count: 20).joined(separator: ", ")
        _ = try load(stars + file(engine: "result_hosts: [\(hosts)]"))
    }

    @Test func depthIsJudgedAtTheLimit() {
        func nested(_ levels: Int) -> String {
            "a: " + String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
        }
        #expect(!refusals(nested(16)).contains { $0.contains("levels of nesting") })
        #expect(refusals(nested(17)).contains { $0.contains("more than 16 levels of nesting") })
        #expect(!refusals(nested(100_000)).isEmpty)
    }

    /// Half a million values in 1 MiB are refused before the parser makes a tree of them.
    @Test func aMebibyteOfSmallValuesIsNotParsed() {
        #expect(
            refusals("a: [" + String(repeating: "x,", count: 520_000)) == [
                "1:100004: more than 50000 values; is it the right file?"
            ])
        let comments = String(repeating: "#,,,,,,,\n", count: 100_000)
        #expect(refusals(comments + file()) == [])
    }

    @Test func valuesAreCountedAtTheLimit() {
        // The map, its list and the list's values.
        func long(_ values: Int) -> String { "a: [" + String(repeating: "x,", count: values - 2) + "]" }
        #expect(!refusals(long(50_000)).contains { $0.contains("more than 50000 values") })
        #expect(refusals(long(50_001)).filter { $0.contains("more than 50000 values") }.count == 1)
    }
}
