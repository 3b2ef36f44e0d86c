import PoseWire
import Testing

@testable import PoseTransferClient

@Suite struct KeyAndLimitTests {
    private struct Fixed: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 { value }
    }

    @Test func aKeyIsAVersionSevenUUID() {
        // The example of RFC 9562, appendix A.6: the same time and the same random bits.
        var random = Fixed(value: 0xCC3)
        let key = IdempotencyKey.make(unixMilliseconds: 0x017F_22E2_79B0, random: &random)
        #expect(key == "017f22e2-79b0-7cc3-8000-000000000cc3")
    }

    @Test func keysSortByTimeAndDiffer() {
        var random = SystemRandomNumberGenerator()
        let keys = (0..<100).map { IdempotencyKey.make(unixMilliseconds: 1_700_000_000_000 + $0, random: &random) }
        #expect(keys == keys.sorted())
        #expect(Set(keys).count == 100)
        let same = (0..<100).map { _ in IdempotencyKey.make(unixMilliseconds: 5, random: &random) }
        #expect(Set(same).count == 100)
        #expect(keys.allSatisfy { $0.utf8.count <= WireLimits.idempotencyKeyBytesMax })
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max]) func aClockThatIsWrongStillGivesAKey(time: Int64) {
        var random = SystemRandomNumberGenerator()
        #expect(IdempotencyKey.make(unixMilliseconds: time, random: &random).count == 36)
    }

    @Test func aPictureGoesInsideUpToOneMebibyteAndAsLongAsThereIsRoom() {
        var room = InlineRoom(frameBytesMax: WireLimits.frameBytesDefault)
        #expect(room.takes(0) == true)
        #expect(room.takes(ClientLimits.inlineImageBytesMax) == true)
        #expect(room.takes(ClientLimits.inlineImageBytesMax + 1) == false)
        var small = InlineRoom(frameBytesMax: WireLimits.frameBytesLeast)
        #expect(small.takes(ClientLimits.inlineImageBytesMax) == false)
        let rest = Int(WireLimits.frameBytesLeast) - ClientLimits.submitOverheadBytes
        #expect(small.takes(rest) == true)
        #expect(small.takes(1) == false)
    }

    @Test func limitsAgreeWithTheWire() {
        #expect(ClientLimits.dataBytesMax == WireLimits.dataBytesMax)
        #expect((WireLimits.frameBytesLeast...WireLimits.frameBytesMost).contains(ClientLimits.frameBytesMax))
        let fields = WireLimits.parameterBytesMax + WireLimits.labelsMax * 320 + WireLimits.idempotencyKeyBytesMax
        #expect(ClientLimits.submitOverheadBytes > fields + 8 << 10)
    }

    @Test func aDigestHas32Bytes() {
        #expect(ContentDigest(bytes: []) == nil)
        #expect(ContentDigest(bytes: Array(repeating: 0, count: 31)) == nil)
        #expect(ContentDigest(bytes: Array(repeating: 0, count: 33)) == nil)
        #expect(ContentDigest(bytes: Array(repeating: 10, count: 32))?.description.prefix(4) == "0a0a")
        #expect(
            ContentDigest(of: Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func durationsFitTheWireOrAreRefused() {
        #expect(Duration.milliseconds(0).wireMilliseconds == 0)
        #expect(Duration.milliseconds(Int64(UInt32.max)).wireMilliseconds == .max)
        #expect(Duration.milliseconds(Int64(UInt32.max) + 1).wireMilliseconds == nil)
        #expect(Duration.milliseconds(-1).wireMilliseconds == nil)
        #expect(Duration.microseconds(1_500).wireMilliseconds == 1)
    }

    @Test func aResultInMemoryHasALimit() throws {
        func description(_ size: UInt64) -> ResultDescription {
            ResultDescription(
                taskID: "t", outputIndex: 0, size: size, digest: ContentDigest(of: []), mediaType: "", fileName: "",
                outputCount: 1)
        }
        let sink = MemorySink(bytesMax: 10)
        try sink.begin(description(0))
        try sink.begin(description(10))
        #expect(throws: MemorySink.TooLarge.self) { try sink.begin(description(11)) }
    }
}
