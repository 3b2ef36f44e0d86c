import ArgumentParser
import ProviderSimulator

/// Flags of `simulator`: where it listens and how long things take.
struct SimulatorTimes: ParsableArguments {
    @Option(name: .long, help: "The port; 0 lets the system choose.")
    var port = 0
    @Option(name: .long, help: "Fixes ids and names: the same seed and the same calls give the same answers.")
    var seed: UInt64 = 1
    @Option(name: .long, help: "Runs that one key may have unfinished.")
    var slots = 3
    @Option(name: .long, help: ArgumentHelp("How long a run waits before it runs.", valueName: "seconds"))
    var queueTime: Double = 0
    @Option(name: .long, help: ArgumentHelp("How long a run takes.", valueName: "seconds"))
    var runTime: Double = 3
    @Option(name: .long, help: ArgumentHelp("How long a result can be read after its run's end.", valueName: "seconds"))
    var linkTime: Double = 86_400

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.port = port
        configuration.seed = seed
        configuration.slots = slots
        configuration.queueTime = queueTime
        configuration.runTime = runTime
        configuration.linkTime = linkTime
    }
}

/// Flags of `simulator`: who may call, what for, and with how much money. This is where a set-up is broken on purpose.
struct SimulatorAccounts: ParsableArguments {
    @Option(name: .long, help: "A key that is known; may be given again. Without it each of 8 or more characters is.")
    var key: [String] = []
    @Option(name: .long, help: "A key of the other site, answered with 806; may be given again.")
    var foreignKey: [String] = []
    @Option(
        name: .long, help: "What every key is: normal, or, for an enterprise, shared or exclusive (default: normal).",
        transform: Self.keyKind)
    var keyKind = SimulatorConfiguration.KeyKind.normal
    @Option(name: .long, help: "What an enterprise key pays in: CNY or USD.")
    var currency = "CNY"
    @Option(name: .long, help: "What each key has at the start: coins, or units of money for an enterprise key.")
    var balance = 99_999
    @Option(name: .long, help: "What a run costs.")
    var cost = 17
    @Option(name: .long, help: "A workflow id that is known; may be given again. Without it every number is.")
    var workflow: [String] = []
    @Option(name: .long, help: "A workflow that never ran on the website, answered with 810; may be given again.")
    var neverRunWorkflow: [String] = []
    @Option(name: .long, help: "A workflow of the other site, answered with 380; may be given again.")
    var foreignWorkflow: [String] = []

    private static func keyKind(_ text: String) throws -> SimulatorConfiguration.KeyKind {
        guard let kind = SimulatorConfiguration.KeyKind(rawValue: text.uppercased()) else {
            throw ValidationError("there is no kind of key '\(text)'; use normal, shared or exclusive")
        }
        return kind
    }

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.keys = key
        configuration.foreignKeys = foreignKey
        configuration.keyKind = keyKind
        configuration.currency = currency
        configuration.balance = balance
        configuration.cost = cost
        configuration.workflows = workflow
        configuration.neverRunWorkflows = neverRunWorkflow
        configuration.foreignWorkflows = foreignWorkflow
    }
}

/// Flags of `simulator`: what comes out, who is told, and what goes wrong.
struct SimulatorReplies: ParsableArguments {
    @Option(name: .long, help: "Bytes that a result has at least.")
    var resultBytes = 0
    @Option(name: .long, help: "What kind of file a result is: png or jpeg (default: png).", transform: Self.format)
    var resultFormat = SimulatedResult.Format.png
    @Flag(name: .long, inversion: .prefixedNo, help: "A second output: source and result side by side.")
    var comparison = true
    @Option(
        name: .long,
        help: ArgumentHelp("Time between the tries of a webhook delivery that failed.", valueName: "seconds"))
    var webhookRetryTime: Double = 60
    @Option(
        name: .long,
        help: ArgumentHelp("Time in which a webhook's receiver must have answered.", valueName: "seconds"))
    var webhookTimeLimit: Double = 5
    @Flag(name: .long, help: "Sends each webhook delivery a second time.")
    var duplicateWebhooks = false
    @Option(name: .long, help: ArgumentHelp("A fault; may be given again.", valueName: "endpoint=fault,..."))
    var fault: [FaultOption] = []

    private static func format(_ text: String) throws -> SimulatedResult.Format {
        guard let format = SimulatedResult.Format(rawValue: text.lowercased()) else {
            throw ValidationError("there is no result of the kind '\(text)'; use png or jpeg")
        }
        return format
    }

    func apply(to options: inout SimulatorOptions) {
        options.configuration.resultBytes = resultBytes
        options.configuration.resultFormat = resultFormat
        options.configuration.comparison = comparison
        options.configuration.webhookRetryTime = webhookRetryTime
        options.configuration.webhookTimeLimit = webhookTimeLimit
        options.configuration.duplicateWebhooks = duplicateWebhooks
        options.faults = fault.isEmpty ? nil : FaultOption.plan(fault)
    }
}
