/// Every reason that a server, a task or this program can tell. The one place of these texts.
enum ReasonTable {
    static let all = connection + calls + tasks + program

    /// Upper and lower case are the same. Nothing where there is no such reason.
    static func entry(_ reason: String) -> ReasonEntry? {
        let wanted = reason.uppercased()
        return all.first { $0.reason == wanted }
    }

    /// Reasons that a mistyped one may stand for: those that share a word with it.
    static func near(_ reason: String) -> [String] {
        let words = Set(reason.uppercased().split(separator: "_"))
        return all.map(\.reason).filter { !words.isDisjoint(with: $0.split(separator: "_")) }
    }

    private static let frameAdvice =
        "The client is at fault: compare it with docs/wire-protocol.md. posetransferctl itself never sends this; update it."
    private static let laterAdvice = "Nothing: clients come back by themselves, after the time that the server names."

    // MARK: Frames and opening

    private static let connection: [ReasonEntry] = [
        frame("FRAME_LENGTH", "a frame's length is out of bounds or wrong for its kind"),
        frame("FRAME_KIND", "a frame is of an unknown kind, or of one that only the server sends"),
        frame("FRAME_FLAGS", "a frame has flags that its kind does not know, or MORE on a method that is no upload"),
        frame("FRAME_METHOD", "a frame other than REQUEST names a method"),
        frame("CALL_ID", "a call id is missing, or not above the one before"),
        frame("UNKNOWN_CALL", "DATA or CANCEL for a call that was never begun, or that takes none"),
        frame("HELLO_EXPECTED", "the first frame is not HELLO, or HELLO comes twice"),
        frame("HELLO_INVALID", "HELLO cannot be read, or a value in it is beyond its limit"),
        ReasonEntry(
            "VERSION_UNSUPPORTED", "FAILED_PRECONDITION", "client and server have no version of the protocol in common",
            "Update the older of the two.", again: .no),
        ReasonEntry(
            "TOKEN_INVALID", "UNAUTHENTICATED", "the server knows no caller with this token",
            "Give the token with --token-file FILE, in POSETRANSFER_TOKEN, or in a context.", again: .afterwards),
        ReasonEntry(
            "HANDSHAKE_TIMEOUT", "DEADLINE_EXCEEDED", "the connection was open and no whole HELLO came in time",
            "Look at the network between client and server.", again: .yes),
        ReasonEntry(
            "FRAME_TIMEOUT", "DEADLINE_EXCEEDED", "a frame or an upload stopped in the middle",
            "Look at the network between client and server; try again.", again: .yes),
        ReasonEntry(
            "TOO_MANY_CONNECTIONS", "RESOURCE_EXHAUSTED", "the server has as many connections as it takes",
            "Share one connection among your calls; or raise `connections_max` in the server's configuration.",
            again: .yes),
        ReasonEntry(
            "IDLE", "UNAVAILABLE", "the connection had nothing to do for a while", laterAdvice, again: .yes),
        ReasonEntry(
            "CONNECTION_AGE", "UNAVAILABLE", "the connection is as old as the server lets one get", laterAdvice,
            again: .yes),
        ReasonEntry(
            "TOO_MANY_PINGS", "RESOURCE_EXHAUSTED", "the client sends PINGs faster than one a second",
            "Lengthen the client's keepalive interval.", again: .afterwards),
        ReasonEntry(
            "TOO_MANY_ERRORS", "RESOURCE_EXHAUSTED", "too many wrong calls or CANCELs came on one connection",
            "Mend the client that makes them.", again: .afterwards),
    ]

    private static func frame(_ reason: String, _ when: String) -> ReasonEntry {
        ReasonEntry(reason, "INVALID_ARGUMENT", when, frameAdvice, again: .no)
    }

    // MARK: Refused calls

    private static let calls: [ReasonEntry] = [
        ReasonEntry(
            "METHOD_UNKNOWN", "UNIMPLEMENTED", "the server does not know the method",
            "It is older than the client: update it.", again: .no),
        ReasonEntry("PAYLOAD_INVALID", "INVALID_ARGUMENT", "a message cannot be read", frameAdvice, again: .no),
        ReasonEntry(
            "PAYLOAD_TOO_COMPLEX", "INVALID_ARGUMENT", "a message would take more memory than its size allows",
            frameAdvice, again: .no),
        ReasonEntry(
            "TOO_MANY_STREAMS", "RESOURCE_EXHAUSTED", "one connection has more open streams and transfers than allowed",
            "Watch all tasks in one stream (watch --all-mine) instead of one stream for each.", again: .yes),
        ReasonEntry(
            "PIPELINE_UNKNOWN", "NOT_FOUND", "there is no pipeline of that name",
            "posetransferctl describe lists the pipelines.", again: .no),
        ReasonEntry(
            "PIPELINE_DISABLED", "FAILED_PRECONDITION", "the pipeline is turned off in the configuration",
            "Use another one (posetransferctl describe), or turn it on: `enabled: true`.", again: .afterwards),
        ReasonEntry(
            "ENGINE_DISABLED", "FAILED_PRECONDITION", "the pipeline's engine is turned off, or of a type that is gone",
            "Choose another engine for the pipeline; posetransferctl describe names what takes its place.",
            again: .afterwards),
        ReasonEntry(
            "IMAGE_MISSING", "INVALID_ARGUMENT", "a picture is not named", "Give both pictures.", again: .no),
        ReasonEntry("IMAGE_EMPTY", "INVALID_ARGUMENT", "a picture has no bytes", "Give another file.", again: .no),
        ReasonEntry(
            "IMAGE_FORMAT", "INVALID_ARGUMENT", "a picture is no JPEG, PNG or WebP, or is broken or cut off",
            "Open it in a viewer and save it anew as PNG or JPEG.", again: .no),
        ReasonEntry(
            "IMAGE_TOO_LARGE", "INVALID_ARGUMENT", "a picture has more bytes or pixels than the server takes",
            "Make it smaller; posetransferctl describe tells the limits.", again: .no),
        ReasonEntry(
            "FIELD_INVALID", "INVALID_ARGUMENT", "a value is beyond its limit, or excludes another one",
            "The message names the field: mend it.", again: .no),
        ReasonEntry(
            "IMAGE_UNKNOWN", "FAILED_PRECONDITION", "no picture with this digest is on the server, or no longer",
            "Put it again.", again: .afterwards),
        ReasonEntry(
            "PATH_NOT_ALLOWED", "PERMISSION_DENIED", "a path leads outside the folders that this caller may read",
            "Use a file below `input_roots` of the server's configuration, or send the file itself.", again: .no),
        ReasonEntry(
            "URL_NOT_ALLOWED", "PERMISSION_DENIED", "an address has a scheme, host or port that the server may not use",
            "Use a host that the server's configuration allows, or send the file itself.", again: .no),
        ReasonEntry(
            "PARAMETER_UNKNOWN", "INVALID_ARGUMENT", "the pipeline does not take this parameter",
            "posetransferctl describe lists each pipeline's parameters.", again: .no),
        ReasonEntry(
            "TEXT_INVALID", "INVALID_ARGUMENT", "a text is not UTF-8, or has a NUL", "Mend the text.", again: .no),
        ReasonEntry(
            "IDEMPOTENCY_KEY_REUSED", "ALREADY_EXISTS", "the key belongs to a submit with other content",
            "Choose another --idempotency-key, or make another task with --new.", again: .no),
        ReasonEntry(
            "QUEUE_FULL", "RESOURCE_EXHAUSTED", "as many tasks wait as the server takes", "Wait and submit again.",
            again: .yes),
        ReasonEntry(
            "STORAGE_FULL", "RESOURCE_EXHAUSTED", "the server's disk is full",
            "Make room on it, or shorten how long results are kept.", again: .afterwards),
        ReasonEntry(
            "CALLER_LIMIT", "RESOURCE_EXHAUSTED", "this caller has as many open tasks as it may",
            "Wait until some have ended, or cancel some.", again: .yes),
        ReasonEntry(
            "TASK_UNKNOWN", "NOT_FOUND", "there is no task of this id for this caller",
            "The id may be mistyped, another caller's, or older than the server keeps tasks.", again: .no),
        ReasonEntry(
            "TASK_NOT_ENDED", "FAILED_PRECONDITION", "the task has no result yet",
            "Wait for it: posetransferctl watch TASK.", again: .yes),
        ReasonEntry(
            "TASK_FAILED", "FAILED_PRECONDITION", "the task failed and has no result",
            "posetransferctl get TASK tells why.", again: .no, money: .seeTask),
        ReasonEntry(
            "TASK_CANCELLED", "FAILED_PRECONDITION", "the task was cancelled and has no result", "Submit it anew.",
            again: .no, money: .seeTask),
        ReasonEntry(
            "OUTPUT_UNKNOWN", "NOT_FOUND", "the task has fewer outputs", "posetransferctl get TASK lists them.",
            again: .no),
        ReasonEntry(
            "RESULT_EXPIRED", "NOT_FOUND", "the result was kept for as long as the server keeps results",
            "Submit with --new, which is paid again; fetch sooner, or keep results longer.", again: .no),
        ReasonEntry(
            "OFFSET_AHEAD", "OUT_OF_RANGE", "a download is to begin behind the result's end", frameAdvice, again: .no),
        ReasonEntry(
            "SEQUENCE_AHEAD", "OUT_OF_RANGE", "a stream is to begin behind the newest event",
            "Begin at an event that there is; after a restore of an older backup, begin at 0.", again: .no),
        ReasonEntry(
            "SIZE_MISMATCH", "INVALID_ARGUMENT", "an upload has another size than it said",
            "The file changed while it was read: try again.", again: .yes),
        ReasonEntry(
            "DIGEST_MISMATCH", "INVALID_ARGUMENT", "an upload has another digest than it said",
            "The file changed while it was read: try again.", again: .yes),
        ReasonEntry(
            "MEDIA_TYPE_MISMATCH", "INVALID_ARGUMENT", "a picture is of another type than it was said to be",
            "Leave the type out: the server finds it.", again: .no),
        ReasonEntry(
            "SERVER_DRAINING", "UNAVAILABLE", "the server is about to end and takes nothing new", laterAdvice,
            again: .yes),
        ReasonEntry(
            "CALL_TIMEOUT", "DEADLINE_EXCEEDED", "the answer did not come within the time for the call",
            "Try again; a submit with the same key makes no second task.", again: .yes),
        ReasonEntry("CALL_CANCELLED", "CANCELLED", "the call was given up", "Nothing.", again: .yes),
        ReasonEntry(
            "INTERNAL", "INTERNAL", "a fault of the server", "Look into its log, and report it with the log's line.",
            again: .yes, money: .seeTask),
        ReasonEntry(
            "ADMIN_ONLY", "PERMISSION_DENIED", "the call is for operators",
            "Use a token whose caller has `admin: true` in the server's configuration.", again: .no),
        ReasonEntry(
            "ENGINE_UNKNOWN", "NOT_FOUND", "no engine of that name is configured",
            "posetransferctl engines lists them.", again: .no),
        ReasonEntry(
            "CALLER_UNKNOWN", "NOT_FOUND", "the server has nothing of a caller of that name",
            "posetransferctl list --all-callers shows callers; after a purge there is nothing left.", again: .no),
        ReasonEntry(
            "TASK_NOT_UNKNOWN", "FAILED_PRECONDITION", "only a task that ended SUBMISSION_UNKNOWN can be settled",
            "posetransferctl tasks unknown lists those.", again: .no),
        ReasonEntry(
            "TASK_SETTLED", "FAILED_PRECONDITION", "the task was settled with another verdict",
            "posetransferctl get TASK shows how.", again: .no),
        ReasonEntry(
            "RUN_TAKEN", "ALREADY_EXISTS", "the run belongs to another task", "Look for the right run's id.", again: .no
        ),
    ]

    // MARK: Failed tasks

    private static let tasks: [ReasonEntry] = [
        ReasonEntry(
            "ENGINE_AUTH", "FAILED_PRECONDITION", "the provider refuses the key",
            "Check the key and the site that it belongs to, then submit again.", again: .afterwards, money: .seeTask),
        ReasonEntry(
            "WORKFLOW_UNUSABLE", "FAILED_PRECONDITION",
            "the provider has no such workflow, or it was never saved or run",
            "Open it at the provider, save it, run it there once, and check its id.", again: .afterwards,
            money: .seeTask),
        ReasonEntry(
            "ENGINE_QUOTA", "RESOURCE_EXHAUSTED", "the account at the provider has no balance",
            "Top it up, then submit again.", again: .afterwards, money: .seeTask),
        ReasonEntry(
            "IMAGE_FETCH_FAILED", "UNAVAILABLE", "the server could not read a picture from its address",
            "Check that the address can be read from the server, or send the file itself.", again: .yes),
        ReasonEntry(
            "UPLOAD_FAILED", "UNAVAILABLE", "the provider did not take a picture", "Submit again.", again: .yes,
            money: .seeTask),
        ReasonEntry(
            "START_BY_PASSED", "DEADLINE_EXCEEDED", "the task waited for longer than it may",
            "Submit when less waits, or let it wait longer.", again: .yes, money: .seeTask),
        ReasonEntry(
            "TASK_TIMEOUT", "DEADLINE_EXCEEDED", "the run took longer than it may and was cancelled at the provider",
            "Allow more time (--timeout), or look at the workflow.", again: .yes, money: .seeTask),
        ReasonEntry(
            "RUN_FAILED", "ABORTED", "the run failed at the provider; the message names node and exception",
            "Read the message: often a picture does not suit the workflow.", again: .afterwards, money: .seeTask),
        ReasonEntry(
            "RUN_LOST", "ABORTED", "the provider no longer knows the run", "Look at the provider's list of runs.",
            again: .yes, money: .seeTask),
        ReasonEntry(
            "CONTENT_REJECTED", "INVALID_ARGUMENT", "the provider's moderation has refused a picture",
            "Use another picture.", again: .no, money: .seeTask),
        ReasonEntry(
            "RUN_INVALID", "INVALID_ARGUMENT", "the provider has refused the request: a node or a parameter is wrong",
            "Compare the engine's `inputs` with the workflow.", again: .afterwards, money: .seeTask),
        ReasonEntry(
            "RESULT_UNAVAILABLE", "DATA_LOSS", "the run ended without a usable picture, or its link was gone",
            "Look at the run at the provider; the picture may still be there.", again: .afterwards, money: .seeTask),
        ReasonEntry(
            "SUBMISSION_UNKNOWN", "UNKNOWN", "it cannot be known whether the provider took the run",
            "An operator looks there and settles it: posetransferctl tasks resolve TASK.", again: .no, money: .unknown),
        ReasonEntry(
            "ENGINE_UNAVAILABLE", "UNAVAILABLE", "the provider could not be reached for too long, and took nothing",
            "Submit again when posetransferctl engines shows it serving.", again: .yes, money: .seeTask),
    ]

    // MARK: This program

    private static let program: [ReasonEntry] = [
        ReasonEntry(
            "CANNOT_CONNECT", "-", "there is no connection: nothing of the command has reached the server",
            "Is posetransferd running there? Check --server, POSETRANSFER_SERVER and posetransferctl context list.",
            again: .yes),
        ReasonEntry(
            "CONNECTION_LOST", "-", "the connection broke and did not come back in time", "Run the command again.",
            again: .yes),
        ReasonEntry(
            "OUTCOME_UNKNOWN", "-", "the request was sent and no answer came",
            "Run the same command again: it comes back to the same task, or makes it.", again: .yes, money: .seeTask),
        ReasonEntry(
            "PROTOCOL_VIOLATION", "-", "the server sent what the protocol does not allow",
            "Update the older of the two; report it.", again: .no),
        ReasonEntry(
            "REQUEST_INVALID", "-", "a value is beyond what the wire can carry", "The message names it: mend it.",
            again: .no),
        ReasonEntry(
            "RESULT_DAMAGED", "-", "a result's bytes are not those that the server promised; nothing was written",
            "Fetch it again; if it stays so, the server's data folder is damaged.", again: .yes, money: .yes),
        ReasonEntry(
            "SINK_FAILED", "-", "the result came and could not be written",
            "Fetch it again: posetransferctl fetch TASK.",
            again: .afterwards, money: .yes),
        ReasonEntry("CLIENT_CLOSED", "-", "the program was ending", "Run the command again.", again: .yes),
        ReasonEntry(
            "FILE_UNREADABLE", "-", "a file that is to be read cannot be", "Check its name and its permissions.",
            again: .afterwards),
        ReasonEntry(
            "FILE_UNWRITABLE", "-", "a file cannot be written there", "Choose another place with -o FILE.",
            again: .afterwards),
        ReasonEntry(
            "FILE_EXISTS", "-", "a file of that name is there and is not the result",
            "Choose another name with -o FILE, or replace it with --force.", again: .afterwards),
        ReasonEntry(
            "TOKEN_FILE_INVALID", "-", "the file of the token is empty or no text", "Write the token into it.",
            again: .afterwards),
        ReasonEntry(
            "TOKEN_MISSING", "-", "the variable that has a context's token is not set", "Set it.", again: .afterwards),
        ReasonEntry(
            "CONTEXT_UNKNOWN", "-", "there is no context of that name", "posetransferctl context list shows them.",
            again: .no),
        ReasonEntry(
            "CONTEXTS_UNREADABLE", "-", "the file of contexts is damaged, or has no place", "Mend or remove it.",
            again: .afterwards),
        ReasonEntry(
            "REASON_UNKNOWN", "-", "there is no such reason", "posetransferctl errors list shows all.", again: .no),
        ReasonEntry(
            "USAGE", "-", "the command line is wrong", "posetransferctl COMMAND --help shows how it is meant.",
            again: .no),
        ReasonEntry(
            "SIMULATOR", "-", "the simulator cannot start", "The message says what is wrong with its options.",
            again: .no),
    ]
}
