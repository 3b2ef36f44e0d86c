internal import PoseWire

extension PoseTransferClient {
    /// What the server is and takes: build, pipelines with their parameters, engines, limits, reasons and its .proto file. Throws as ``task(_:)``.
    public func describe() async throws(PoseTransferError) -> ServerDescription {
        let response = try await answer(to: .describeServer(DescribeServerRequest()), .reads, until: callDeadline)
        guard case .description(let server) = response else { throw .protocolViolation("an answer of another method") }
        return ServerDescription(server)
    }
}
