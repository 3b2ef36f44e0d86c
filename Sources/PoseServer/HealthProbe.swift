import NIOCore
import NIOPosix

/// Asks a server on some address for CheckHealth, as any client would, without a token: what a container's health check runs.
package enum HealthProbe {
    package enum Finding: Sendable, Equatable {
        case serving
        case notServing(String)
    }

    /// `timeoutMilliseconds` for everything together.
    package static func ask(host: String, port: Int, timeoutMilliseconds: Int64) async -> Finding {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Finding.self)
        let timeout = loop.scheduleTask(in: .milliseconds(timeoutMilliseconds)) {
            answer.succeed(.notServing("no answer within \(timeoutMilliseconds) ms"))
        }
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(timeoutMilliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HealthProbeHandler(answer: answer))
                }
            }
            .connect(host: host, port: port)
        connecting.whenFailure { answer.succeed(.notServing("cannot connect to \(host):\(port): \($0)")) }
        let finding = (try? await answer.futureResult.get()) ?? .notServing("no answer")
        timeout.cancel()
        connecting.whenSuccess { $0.close(promise: nil) }
        return finding
    }
}
