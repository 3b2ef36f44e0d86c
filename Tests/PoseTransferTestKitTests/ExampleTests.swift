import FoundationEssentials
import PoseTransferClient
import PoseTransferTestKit
import Synchronization
import Testing

@testable import ResumeWatch
@testable import SubmitAndWait
@testable import SubmitMany

/// The examples do what they say, before a whole service.
@Suite(.timeLimit(.minutes(1))) struct ExampleTests {
    @Test func submitAndWaitBringsAPicture() async throws {
        try await withPoseTransferService { service in
            let client = service.makeClient()
            let picture = try await SubmitAndWait.transfer(
                Data(PoseTransferService.png(1)), Data(PoseTransferService.png(2)), with: client)
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            await client.shutdown()
        }
    }

    @Test func aWatchGoesOnBehindTheLastEventItShowed() async throws {
        struct Broken: Error {}
        let bookmark = FileManager.default.temporaryDirectory.appending(
            path: "bookmark-\(UInt64.random(in: 0...(.max)))")
        defer { try? FileManager.default.removeItem(at: bookmark) }
        try await withPoseTransferService { service in
            let client = service.makeClient()
            let request = TransferRequest(
                source: .bytes(PoseTransferService.png(1)), pose: .bytes(PoseTransferService.png(2)))
            let task = try await client.submit(request).task.id
            let seen = Mutex<[UInt64]>([])
            await #expect(throws: Broken.self) {
                try await ResumeWatch.watch(task, bookmark: bookmark, with: client) { event in
                    let isEnough = seen.withLock { seen in
                        if seen.count < 2 { seen.append(event.sequence) } else { return true }
                        return false
                    }
                    if isEnough { throw Broken() }
                }
            }
            #expect(seen.withLock { $0 } == [1, 2])
            try await ResumeWatch.watch(task, bookmark: bookmark, with: client) { event in
                seen.withLock { $0.append(event.sequence) }
            }
            let last = try await client.task(task).latest
            #expect(last.state == .succeeded)
            #expect(seen.withLock { $0 } == Array(1...last.sequence))
            await client.shutdown()
        }
    }

    @Test func aBatchBringsEachPersonItsOwnPicture() async throws {
        try await withPoseTransferService { service in
            let client = service.makeClient()
            let taken = Mutex<[Int: [UInt8]]>([:])
            let persons = (1...9).map { PoseTransferService.png($0) }
            try await SubmitMany.transfer(persons, to: PoseTransferService.png(99), width: 3, with: client) {
                index, picture in
                taken.withLock { $0[index] = picture }
            }
            let pictures = taken.withLock { $0 }
            #expect(pictures.keys.sorted() == Array(0..<9))
            #expect(Set(pictures.values).count == 9)
            #expect(service.paidRuns == 9)
            await client.shutdown()
        }
    }
}
