internal import PoseWire

extension ServerDescription {
    init(_ wire: DescribeServerResponse) {
        self.init(
            name: wire.serverName, build: wire.build, versions: wire.versions.map { Int($0) },
            limits: ServerLimits(wire.limits), pipelines: wire.pipelines.map { PipelineDescription($0) },
            engines: wire.engines.map { EngineDescription($0) }, reasons: wire.reasons,
            fileDescriptorSet: wire.fileDescriptorSet)
    }
}

extension PipelineDescription {
    init(_ wire: PoseWire.PipelineDescription) {
        self.init(
            name: wire.name, isEnabled: wire.isEnabled, steps: wire.steps,
            parameters: wire.parameters.map { ParameterDescription($0) }, description: wire.description)
    }
}

extension ParameterDescription {
    init(_ wire: PoseWire.ParameterDescription) {
        self.init(name: wire.name, type: wire.type, minimum: wire.minimum, maximum: wire.maximum, help: wire.help)
    }
}

extension EngineDescription {
    init(_ wire: PoseWire.EngineDescription) {
        self.init(
            name: wire.name, type: wire.type, isEnabled: wire.isEnabled, mayCostMoney: wire.mayCostMoney,
            replacedBy: wire.replacedBy)
    }
}

extension ServerLimits {
    init(_ wire: PoseWire.ServerLimits) {
        self.init(
            frameBytesMax: Self.known(UInt64(wire.maxFrameBytes)),
            callsMax: Self.known(UInt64(wire.maxCalls)).map { Int($0) },
            streamsMax: Self.known(UInt64(wire.maxStreams)).map { Int($0) },
            imageBytesMax: Self.known(wire.maxImageBytes),
            imagePixelsMax: Self.known(wire.maxImagePixels),
            idleTimeout: Duration(known: UInt64(wire.idleTimeoutMilliseconds)),
            drainTimeout: Duration(known: UInt64(wire.drainTimeoutMilliseconds)),
            resultRetention: Duration(known: wire.resultRetentionMilliseconds),
            taskRetention: Duration(known: wire.taskRetentionMilliseconds),
            startByDefault: Duration(known: wire.defaultStartByMilliseconds))
    }

    /// On the wire, 0 stands for not told.
    private static func known(_ value: UInt64) -> UInt64? { value == 0 ? nil : value }
}

extension TaskState {
    /// The number on the wire; nothing for a state that this library does not know.
    var wireNumber: Int32? {
        switch self {
        case .queued: 1
        case .uploading: 2
        case .submitting: 3
        case .running: 4
        case .downloading: 5
        case .succeeded: 6
        case .failed: 7
        case .cancelled: 8
        case .other: nil
        }
    }
}
