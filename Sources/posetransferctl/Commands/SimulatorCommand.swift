import ArgumentParser
import ProviderSimulator

/// `simulator`: the provider on loopback, without a key and without costs.
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Runs a stand-in for the provider on 127.0.0.1, until Ctrl-C.",
        discussion: """
            The first line on standard output is `simulator listening on URL`: set RUNNINGHUB_API_BASE_URL to that URL. \
            GET URL/simulator/ledger tells which creates were paid.
            --fault ENDPOINT=FAULT[,KEY=VALUE]..., for example --fault create=code,code=421,times=2 or \
            --fault create=lostReply,times=1; an unknown name is answered with the list of those that there are.
            """)

    @Option(name: .long, help: "The port; 0 lets the system choose.")
    var port = 0
    @Option(name: .long, help: "Fixes ids and names: the same seed and the same calls give the same answers.")
    var seed: UInt64 = 1
    @Option(name: .long, help: "Runs that one key may have unfinished.")
    var slots = 3
    @Option(name: .long, help: ArgumentHelp("How long a run takes.", valueName: "seconds"))
    var runTime: Double = 3
    @Option(name: .long, help: "Bytes that a result has at least.")
    var resultBytes = 0
    @Option(name: .long, help: "A key that is known; may be given again. Without it every key is.")
    var key: [String] = []
    @Option(name: .long, help: ArgumentHelp("A fault; may be given again.", valueName: "endpoint=fault,..."))
    var fault: [FaultOption] = []

    func run() async throws {
        var options = SimulatorOptions()
        options.configuration.port = port
        options.configuration.seed = seed
        options.configuration.slots = slots
        options.configuration.runTime = runTime
        options.configuration.resultBytes = resultBytes
        options.configuration.keys = key
        options.faults = fault.isEmpty ? nil : FaultOption.plan(fault)
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
