import Testing

@testable import EngineConfiguration

/// Each bound of `ConfigurationLimits` at itself, beyond it and at nothing. (File, depth and values: `HostileFileTests`.)
@Suite struct BoundTests {
    @Test func aName() {
        func pipeline(_ length: Int) -> [String] {
            let name = String(repeating: "p", count: length)
            return refusals(file(pipeline: "\"\(name)\": { steps: { s: { engine: rh } } }"))
        }
        #expect(pipeline(64) == [])
        #expect(pipeline(65).count == 1 && pipeline(65)[0].contains("is no name"))
        #expect(pipeline(0).count == 1 && pipeline(0)[0].contains("is no name"))
    }

    @Test func aFileThatIsReferredTo() throws {
        func load(_ bytes: Int) -> [String] {
            let contents = FileContents.bytes([UInt8](repeating: 0x61, count: bytes), isReadableByEveryone: false)
            return refusals(file().replacing("\"1\"", with: "\"${file:/f}\""), files: ["/f": contents])
        }
        #expect(load(64 << 10) == [])
        #expect(load((64 << 10) + 1).count == 1)
        #expect(load(0).count == 1 && load(0)[0].contains("is empty"))
    }

    @Test func aNameInAMessageIsCutAndCannotActOnATerminal() {
        #expect(shown(String(repeating: "a", count: 40)) == String(repeating: "a", count: 40))
        #expect(shown(String(repeating: "a", count: 41)) == String(repeating: "a", count: 40) + "...")
        #expect(shown("") == "")
        #expect(shown("a\u{1b}[31m\u{9b}\n") == "a?[31m??")
    }

    @Test(arguments: [16, 17]) func starsThatLookLikeAliases(count: Int) {
        let stars = Array(repeating: "*x", count: count).joined(separator: ", ")
        let place = YAMLPrescan("# *x\na: [\(stars)]").firstOfTooManyAliases
        #expect(place == (count > 16 ? Position(line: 2, column: 5) : nil))
    }

    @Test(arguments: [
        ("api_kye", "api_key"), ("apikey", "api_key"), ("API_KEY", "api_key"), ("api-key", "api_key"),
        ("timeot", "timeout"), ("", nil),
        ("something", nil), ("i", nil), (String(repeating: "timeout", count: 10_000), nil),
    ]) func theNearestNameIsNear(name: String, nearest: String?) {
        #expect(nearestName(to: name, in: ["workflow_id", "timeout", "api_key"]) == nearest)
    }
}

/// Files made by chance from a good one: whatever comes, the loader answers, and never with the secret.
@Suite struct ChanceTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func aDamagedFileIsLoadedOrRefusedWithItsPlaces(seed: UInt64) {
        var random = Chance(state: seed)
        let good = Array(
            file(server: "limits: { max_calls: 5 }", engine: "inputs: { raw_image: { node: \"3\", field: x } }").utf8)
        let bits = Array("${}[]{}:,-#&*!|>'\"%@`~?\\\n\t 0aé\u{0}\u{feff}".utf8) + [0xff, 0xc0]
        for round in 0..<500 {
            var bytes = good
            for _ in 0...random.below(6) {
                let at = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[at] = bits[random.below(bits.count)]
                case 1: bytes.insert(bits[random.below(bits.count)], at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(9)))
                }
            }
            do {
                _ = try loader().load(bytes, file: "f")
            } catch {
                #expect(!error.problems.isEmpty, "seed \(seed), round \(round)")
                #expect(!error.description.contains(secretText), "seed \(seed), round \(round): \(error)")
            }
        }
    }

    /// Names near the real ones, with values of every kind: each is taken or refused, and none is repeated.
    @Test(arguments: [5, 6, 7, 8] as [UInt64]) func chanceFromOutsideIsTakenOrRefused(seed: UInt64) {
        var random = Chance(state: seed)
        let names = [
            "server", "limits", "max_calls", "listen", "callers", "input_url_hosts", "storage", "path", "engines", "rh",
            "config",
            "api_key", "inputs", "timeout", "type", "pipelines", "pose_change", "steps", "pose_transfer", "engine",
            "strategy", "0", "",
        ]
        let values = [
            secretText, "[\(secretText)]", "[[\(secretText)", "{\(secretText): 1}", "a,\(secretText),,",
            "&x \(secretText)",
            "${\(secretText)", "5\(secretText)", "!x \(secretText)", "\(secretText)\u{1b}[0m\n",
        ]
        for round in 0..<100 {
            var variables = ["RUNNINGHUB_API_KEY": secretText]
            var flags: [String] = []
            for _ in 0...random.below(4) {
                let path = (0...random.below(5)).map { _ in names[random.below(names.count)] }.joined(separator: ".")
                let value = values[random.below(values.count)]
                if random.below(2) == 0 {
                    variables[SettableKey.variable(path)] = value
                } else {
                    flags.append("\(path)=${RUNNINGHUB_API_KEY}\(value.dropFirst(secretText.count))")
                }
            }
            do {
                _ = try loader(variables: variables, flags: flags).load(Array(file().utf8), file: "f")
            } catch {
                #expect(!error.problems.isEmpty, "seed \(seed), round \(round)")
                #expect(!error.description.contains("5ecre7c0"), "seed \(seed), round \(round): \(error)")
                #expect(!error.description.contains("\u{1b}"), "seed \(seed), round \(round)")
            }
        }
    }

    /// SplitMix64.
    private struct Chance {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
        }
    }
}
