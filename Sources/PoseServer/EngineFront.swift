package import EngineCore

/// What the server uses of the engine. `Engine` conforms as it is.
package protocol EngineFront: Sendable {
    /// What is committed, readable from any thread.
    var board: TaskBoard { get }
    var hasFailed: Bool { get }
    /// The number under which `sink` gets its batches.
    func register(_ sink: any EngineSink) -> Int
    /// Never blocks; answered exactly once through the sink.
    func send(_ request: EngineRequest, token: UInt64, sink: Int)
    /// From now on submits are refused.
    func beginDrain()
}

extension Engine: EngineFront {}
