import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("What the simulator keeps at most")
struct CapacityTests {
    private func harness(_ change: (inout SimulatedProvider.Capacity) -> Void) -> ProviderHarness {
        var capacity = SimulatedProvider.Capacity()
        change(&capacity)
        return ProviderHarness(capacity: capacity)
    }

    @Test("Runs: as many as the limit, one more is answered with 500 and not paid", arguments: [0, 2])
    func runs(limit: Int) {
        var harness = harness { $0.runs = limit }
        for _ in 0..<limit { #expect(harness.create(nodes: nil).code == 0) }
        #expect(harness.create(nodes: nil).code == 500)
        #expect(harness.ledger.paid.count == limit)
    }

    @Test("Uploads: as many as the limit, one more fails with 808", arguments: [0, 2])
    func uploads(limit: Int) {
        var harness = harness { $0.uploads = limit }
        for number in 0..<limit { #expect(harness.upload(Picture.source + [UInt8(number)]).code == 0) }
        #expect(harness.upload(Picture.pose).code == 808)
    }

    @Test("Keys: as many as the limit, one more is not known, the others still are", arguments: [0, 2])
    func accounts(limit: Int) {
        var harness = harness { $0.accounts = limit }
        let keys = (0...limit).map { "key-number-\($0)" }
        #expect(keys.map { harness.ask("status", "5", key: $0).code } == Array(repeating: 807, count: limit) + [802])
        #expect(limit == 0 || harness.ask("status", "5", key: keys[0]).code == 807)
    }

    @Test("Refusals: as many lines as the limit, all are counted", arguments: [0, 2])
    func refusals(limit: Int) {
        var harness = harness { $0.refusals = limit }
        for _ in 0...limit { #expect(harness.create(nodes: "none").code == 803) }
        #expect(harness.ledger.refused.count == limit)
        #expect(harness.ledger.refusedCount == limit + 1)
    }

    @Test("A text part and a key: at the limit, one byte more, empty")
    func texts() {
        var harness = ProviderHarness()
        let limit = SimulatorLimits.textBytesMax
        #expect(harness.upload(Picture.source, key: String(repeating: "k", count: limit)).code == 0)
        #expect(harness.upload(Picture.source, key: String(repeating: "k", count: limit + 1)).code == 301)
        #expect(harness.upload(Picture.source, key: "").code == 802)
        #expect(harness.ask("status", "5", key: String(repeating: "k", count: limit)).code == 807)
        #expect(harness.ask("status", "5", key: String(repeating: "k", count: limit + 1)).code == 802)
    }

    @Test("Pictures are kept up to the limit; one too many empties the shelf, one too large is not kept")
    func pictures() {
        func result(_ number: UInt8) -> SimulatedResult { SimulatedResult(sourceDigest: [number], poseDigest: []) }
        var shelf = PictureShelf(bytesMax: 10)
        shelf.put(ByteBuffer(repeating: 0, count: 6), of: result(1))
        shelf.put(ByteBuffer(repeating: 0, count: 4), of: result(2))
        #expect(shelf.bytes == 10 && shelf[result(1)] != nil && shelf[result(2)] != nil)
        shelf.put(ByteBuffer(repeating: 0, count: 1), of: result(3))
        #expect(shelf.bytes == 1 && shelf[result(1)] == nil && shelf[result(3)] != nil)
        shelf.put(ByteBuffer(repeating: 0, count: 11), of: result(4))
        #expect(shelf[result(4)] == nil && shelf[result(3)] != nil)
        var none = PictureShelf(bytesMax: 0)
        none.put(ByteBuffer(repeating: 0, count: 1), of: result(1))
        #expect(none[result(1)] == nil)
    }
}
