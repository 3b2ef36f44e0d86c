import PoseWire
import Testing

@Suite struct WireErrorTests {
    @Test(arguments: [500, 501, 3_000_000]) func anEndFitsInEveryFrameWhateverNamesThePeerChose(characters: Int) throws
    {
        let text = String(repeating: "\u{301}", count: characters)
        let status = WireError(.textInvalid, "e" + text, field: "f" + text).status
        #expect(status.message.unicodeScalars.count == 500)
        #expect(status.field.unicodeScalars.count == 500)
    }

    @Test func aShortTextStaysAsItIs() {
        let status = WireError(.textInvalid, "é", field: "labels.é").status
        #expect(status.message == "é")
        #expect(status.field == "labels.é")
    }
}
