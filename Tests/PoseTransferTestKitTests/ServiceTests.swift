import PoseTransferClient
import PoseTransferTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
    private let request = TransferRequest(
        source: .bytes(PoseTransferService.png(1)), pose: .bytes(PoseTransferService.png(2)))

    @Test func aTaskGoesThroughAndIsPaidOnce() async throws {
        try await withPoseTransferService { service in
            let client = service.makeClient()
            let task = try await client.submit(request).task
            var last: StatusEvent?
            for try await event in client.status(of: task.id) { last = event }
            #expect(last?.state == .succeeded)
            let result = try await client.result(of: task.id)
            #expect(result.description.mediaType == "image/png")
            #expect(service.paidRuns == 1)
            await client.shutdown()
        }
    }

    @Test func faultsOfTheProviderComeThrough() async throws {
        var options = PoseTransferServiceOptions()
        options.faults = #"{"rules":[{"endpoint":"create","fault":"code","code":803}]}"#
        try await withPoseTransferService(options) { service in
            let client = service.makeClient()
            let task = try await client.submit(request).task
            var last: StatusEvent?
            for try await event in client.status(of: task.id) { last = event }
            #expect(last?.state == .failed)
            #expect(service.paidRuns == 0)
            await client.shutdown()
        }
    }

    @Test func aPlanThatIsNoneIsTold() async throws {
        var options = PoseTransferServiceOptions()
        options.faults = "{"
        await #expect(throws: PoseTransferServiceError.self) { try await withPoseTransferService(options) { _ in } }
    }

    @Test func whatTheBodyThrowsIsThrown() async throws {
        struct Mine: Error {}
        await #expect(throws: Mine.self) {
            try await withPoseTransferService { _ in throw Mine() }
        }
    }

    @Test func afterwardsNothingListensThere() async throws {
        let configuration = try await withPoseTransferService { $0.configuration }
        let client = PoseTransferClient(configuration)
        await #expect(throws: PoseTransferError.self) { try await client.connect() }
        await client.shutdown()
    }

    @Test func twoServicesKnowNothingOfEachOther() async throws {
        try await withPoseTransferService { one in
            try await withPoseTransferService { two in
                let (first, second) = (one.makeClient(), two.makeClient())
                let task = try await first.submit(request).task
                await #expect(throws: PoseTransferError.self) { _ = try await second.task(task.id) }
                for try await _ in first.status(of: task.id) {}
                #expect(one.paidRuns == 1)
                #expect(two.paidRuns == 0)
                await first.shutdown()
                await second.shutdown()
            }
        }
    }
}
