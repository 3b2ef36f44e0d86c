import EngineCore
import Testing

@testable import TaskStore

@Suite struct PurgeFailureTests {
    /// Rows went, then the disk failed: whoever shows tasks from memory must still hear of it.
    @Test func whatAFailingPurgeRemovedIsToldByTheNextRound() throws {
        let store = try TaskStore.open(path: try TemporaryFolder().path + "/data")
        let (record, event) = Samples.accepted(1, cursor: 1)
        var (last, lastEvent) = Samples.changed(record, to: .succeeded, cursor: 2)
        last.outputs = [TaskOutput(name: "output", image: Samples.image(3))]
        lastEvent.outputs = last.outputs
        try store.journal.commit([.insert(record, event), .update(last, lastEvent)])
        // What files are still needed cannot be read any more.
        store.reader.close()
        #expect(throws: StoreError.self) { try store.housekeeper.purge(caller: "alice") }
        let policy = RetentionPolicy(sweepMilliseconds: 0)
        #expect(try store.keepHouse(policy: policy, now: 0).tasks == [record.id])
        #expect(throws: StoreError.self) { try store.keepHouse(policy: policy, now: 0) }
    }
}
