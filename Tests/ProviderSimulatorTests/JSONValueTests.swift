import Testing

@testable import ProviderSimulator

@Suite("JSON")
struct JSONValueTests {
    private func read(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test("Documents survive reading and writing; large ids stay exact")
    func roundTrip() throws {
        let text = "{\"a\":[1,-2.5,true,false,null,\"x\\\"\\\\\\n\\u0001é😀\",{},[]],\"id\":1900000000000000001}"
        let value = try read(text)
        #expect(value["id"]?.integer == 1_900_000_000_000_000_001)
        #expect(value.text == text)
    }

    @Test("Escapes, numbers and white space are those of the standard")
    func forms() throws {
        #expect(try read(" \t\r\n[ \"\\u00e9\\ud83d\\ude00\\/\\b\\f\" , 0 ] ") == ["é😀/\u{08}\u{0C}", 0])
        #expect(try read("[-0,10,1e2,1.5E-1,9223372036854775808]").array?.map(\.number) == [0, 10, 100, 0.15, 0x1p63])
        #expect(try read("\"plain\"") == "plain")
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "{", "[", "\"", "{\"a\":}", "{\"a\"}", "{a:1}", "nul", "[1,]", "{\"a\":1,}", "[1 2]", "{} x", "01",
            "-",
            "1.", ".5", "1e", "+1", "1e999", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
            "\"a\nb\"", "{\"a\":1,\"a\":1}", "\u{FEFF}1", "'a'",
        ])
    func refused(text: String) {
        #expect(throws: JSONReader.Malformed.self) { try read(text) }
    }

    @Test("Bytes that are no UTF-8 are refused")
    func encoding() {
        #expect(throws: JSONReader.Malformed.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test("Depth: at the limit, one more, and without end")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + "0" + String(repeating: "]", count: depth)
        }
        #expect(try read(nested(0)) == 0)
        #expect(try read(nested(SimulatorLimits.jsonDepthMax)).array?.count == 1)
        #expect(throws: JSONReader.Malformed.self) { try read(nested(SimulatorLimits.jsonDepthMax + 1)) }
        #expect(throws: JSONReader.Malformed.self) { try read(nested(100_000)) }
    }
}
