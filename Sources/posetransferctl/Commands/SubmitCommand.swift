import ArgumentParser
import PoseTransferClient

/// `submit`: makes a task, watches it and writes its picture.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Puts the pose of POSE onto the person of SOURCE, watches, and writes the picture.",
        discussion: """
            The same command again comes back to the same task instead of paying for another one, also when it has ended: the \
            idempotency key is made of the pipeline, both pictures' contents and the parameters. --new makes another task; \
            --idempotency-key K is for keys of your own.

            A picture is a file here; https://... , which the server fetches where its configuration allows the host; or \
            path:/..., a file on the server's own machine below its `input_roots`.

            Example: posetransferctl submit person.png pose.png -o result.png
            Example: posetransferctl submit person.png https://pictures.example/pose.png --parameter seed=7 --no-watch
            Example: posetransferctl submit path:/srv/in/person.png path:/srv/in/pose.png --pipeline pose_change
            """)

    @Argument(help: "The picture whose person is kept (JPEG, PNG or WebP): FILE, https://... or path:/...")
    var source: String

    @Argument(help: "The picture whose pose is taken; given in the same ways.")
    var pose: String

    @OptionGroup var result: ResultOptions
    @OptionGroup var connection: ConnectionOptions

    @Flag(name: .long, help: "Print the task's id and leave; come back with watch.")
    var noWatch = false

    @Flag(name: .long, help: "Make another task even if the same command made one before.")
    var new = false

    @Option(name: .long, help: ArgumentHelp("A key of your own: same key and content, same task.", valueName: "key"))
    var idempotencyKey: String?

    @Option(name: .long, help: ArgumentHelp("A label of the task; may be given again.", valueName: "name=value"))
    var label: [NamedValue] = []

    @Option(
        name: .long,
        help: ArgumentHelp("A parameter that the pipeline declares; may be given again.", valueName: "name=value"))
    var parameter: [NamedValue] = []

    @Option(name: .long, help: "-100 to 100; higher comes first among your own tasks.")
    var priority = 0

    @Option(name: .long, help: "The pipeline (default: the server's, pose_change).")
    var pipeline = ""

    @Option(name: .long, help: ArgumentHelp("How long the run may take at the provider.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        guard !new || idempotencyKey == nil else {
            throw ValidationError("--new and --idempotency-key exclude each other: give one of them.")
        }
        guard idempotencyKey != "" else { throw ValidationError("--idempotency-key must not be empty.") }
        guard (-100...100).contains(priority) else { throw ValidationError("--priority must be -100 to 100.") }
        guard timeout.map({ $0 >= 0.001 && $0 <= 4_000_000 }) ?? true else {
            throw ValidationError("--timeout must be 0.001 to 4000000 seconds.")
        }
        for (option, values) in [("--label", label), ("--parameter", parameter)] {
            guard Set(values.map(\.name)).count == values.count else {
                throw ValidationError("\(option) was given twice with the same name.")
            }
        }
    }

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            run.onInterruptSay("Nothing was sent.")
            // A result that cannot be written is better known before anything is paid.
            if !noWatch { _ = try OutputFile(path: result.out ?? "result") }
            let request = try makeRequest()
            // A place that cannot be written to shows before the task costs money.
            if !noWatch, let out = result.out { try OutputFile.probe(path: out) }
            run.onInterruptSay(parting)
            if !noWatch { try await run.checkPlace(result, key: new ? nil : request.idempotencyKey) }
            let submitted = try await submit(request, run)
            tell(submitted, run.console)
            guard !noWatch else { return .success }
            return try await run.finish(try await run.watch(submitted.task.id), result)
        }
    }

    /// What the server says of a field is told with what was given for it.
    private func submit(_ request: TransferRequest, _ run: CommandRun) async throws -> Submitted {
        do {
            return try await run.client.submit(request)
        } catch {
            throw CommandFailure(error, names: ["source_image": source, "pose_image": pose])
        }
    }

    private var parting: String {
        new
            ? "The server had not answered: a task may have been made. Its key is not known; a new submit makes another one."
            : "The server had not answered: the task may have been made. The same command again comes back to it."
    }

    private func makeRequest() throws -> TransferRequest {
        var request = TransferRequest(
            source: try ImageArgument(source).source(), pose: try ImageArgument(pose).source(), pipeline: pipeline)
        request.parameters = Dictionary(uniqueKeysWithValues: parameter.map { ($0.name, $0.value) })
        request.labels = Dictionary(uniqueKeysWithValues: label.map { ($0.name, $0.value) })
        request.priority = priority
        request.taskTimeout = timeout.map { .milliseconds(Int64($0 * 1000)) }
        request.idempotencyKey = new ? nil : idempotencyKey ?? key(request)
        return request
    }

    private func key(_ request: TransferRequest) -> String {
        SubmitKey.make(
            pipeline: pipeline, source: request.source, pose: request.pose, parameters: request.parameters)
    }

    private func tell(_ submitted: Submitted, _ console: Console) {
        let task = submitted.task
        let text = submitted.isDeduplicated ? earlier(task) : "task \(task.id)\n"
        console.tell(
            text: text,
            json: .object([
                ("type", .string("submitted")), ("task_id", .string(task.id)), ("state", .string(task.state.name)),
                ("deduplicated", .bool(submitted.isDeduplicated)),
                ("idempotency_key", .string(submitted.idempotencyKey)),
            ]))
    }

    private func earlier(_ task: TaskSnapshot) -> String {
        "task \(task.id) (an earlier submit made it, it is \(task.state.name)\(Self.advice(task, ownKey: idempotencyKey != nil)))\n"
    }

    /// Another task may pay a second time where it is not known what became of the first: then an operator's word comes before it.
    static func advice(_ task: TaskSnapshot, ownKey: Bool) -> String {
        if let followUp = task.followUp {
            return "; its work goes on as \(followUp): posetransferctl watch \(followUp)"
        }
        let isUnknown = task.latest.failure?.reason == "SUBMISSION_UNKNOWN" && task.resolution == nil
        if isUnknown {
            return "; it may have been paid: first look at the provider, then posetransferctl tasks resolve \(task.id)"
        }
        return task.state.isTerminal && !ownKey ? "; --new makes another one" : ""
    }
}
