import ArgumentParser
import ProviderSimulator

/// `simulator`: the provider on loopback, without a key and without costs.
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Runs a stand-in for the provider on 127.0.0.1, until Ctrl-C.",
        discussion: """
            The first line on standard output is `simulator listening on URL`: set RUNNINGHUB_API_BASE_URL to that URL. \
            It speaks task-openapi, openapi-v2 and workflow-v1 over the same runs. GET URL/simulator/ledger tells which \
            creates were paid, and by which dialect.

            Examples:
              # Runs of ten seconds, two at a time:
              posetransferctl simulator --port 8188 --run-time 10 --slots 2
              # One key and one workflow; all others are unknown:
              posetransferctl simulator --key my-test-key --workflow 1996080571212349442
              # No money; a workflow that never ran; a key of the other site:
              posetransferctl simulator --balance 0
              posetransferctl simulator --never-run-workflow 1996080571212349442
              posetransferctl simulator --foreign-key my-other-key
              # Two creates are refused; the reply to the next one is lost:
              posetransferctl simulator --fault create=code,code=421,times=2 \\
                --fault create=lostReply,times=1

            FAULTS
            --fault ENDPOINT=FAULT[,KEY=VALUE]..., with the keys skip, times, code, message, seconds, bytes, word, link, \
            retryAfter, location, takesEffect. An unknown name is answered with the list of those that there are. \
            GET URL/simulator/faults shows the rules that are left, POST replaces them.
            """)

    @OptionGroup(title: "Place and time")
    var times: SimulatorTimes
    @OptionGroup(title: "Keys, money and workflows")
    var accounts: SimulatorAccounts
    @OptionGroup(title: "Results, webhooks and faults")
    var replies: SimulatorReplies

    func run() async throws {
        var options = SimulatorOptions()
        times.apply(to: &options.configuration)
        accounts.apply(to: &options.configuration)
        replies.apply(to: &options)
        try await serve(options)
    }

    private func serve(_ options: SimulatorOptions) async throws {
        do {
            _ = try await Interrupts().race { try await options.run { Terminal.write($0 + "\n") } }
        } catch let error as SimulatorError {
            let failure = CommandFailure(.usage, reason: "SIMULATOR", "the simulator cannot start: \(error.message)")
            Terminal.writeError(failure.text)
            throw ExitCode(failure.status.rawValue)
        }
    }
}
