package import BackendAPI

/// The keys of `server:` and `storage:`, declared as a backend declares its own: checked by the same code, documented
/// from the same table.
package enum ServerKeys {
    package static let server = [
        ConfigurationKey(
            "listen", .text, default: "127.0.0.1:7411",
            help: "Address and port that callers connect to; beyond loopback only with callers."),
        ConfigurationKey(
            "allow_plaintext", .boolean, default: "false",
            help: "Listen beyond loopback without TLS: tokens and pictures can be read on the way."),
        ConfigurationKey(
            "callers", .listOfMaps(of: caller), default: "[]",
            help: "Who may call; empty: only this machine, as 'local'."),
        ConfigurationKey(
            "health_without_token", .boolean,
            help: "Answer health checks of peers without a token; default: of peers on this machine alone."),
        ConfigurationKey(
            "input_url_hosts", .list(.text), default: "[]",
            help: """
                Hosts that a caller's picture may be fetched from by url, only with https: host, .domain (the hosts below \
                it) or host:port.
                """),
        ConfigurationKey(
            "input_roots", .list(.text), default: "[]",
            help: "Absolute folders that pictures may be named in by path; for the caller 'local' alone."),
    ]

    package static let caller = [
        ConfigurationKey("name", .text, required: true, help: "The caller's name; its tasks belong to it."),
        ConfigurationKey(
            "token_sha256", .list(.text), required: true,
            help: "SHA-256 digests of its tokens, 64 hex digits each: printf %s \"$TOKEN\" | sha256sum"),
        ConfigurationKey("admin", .boolean, default: "false", help: "May use the admin methods and see every task."),
        ConfigurationKey(
            "max_open_tasks", .integer(1...100_000), help: "Tasks that have not ended; default: no limit of its own."),
        ConfigurationKey(
            "pipelines", .list(.text), default: "[]", help: "Pipelines that it may submit to; empty: all."),
        ConfigurationKey(
            "input_roots", .list(.text), default: "[]",
            help: "Absolute folders that it may name pictures in by path; empty: none."),
    ]

    package static let limits = [
        ConfigurationKey(
            "max_frame_bytes", .integer(1_048_584...67_108_872), default: "16777224",
            help: "Longest frame of the wire (16 MiB + 8)."),
        ConfigurationKey(
            "max_calls", .integer(1...4_096), default: "256", help: "Calls in work per connection; reads pause beyond."),
        ConfigurationKey(
            "max_streams", .integer(1...65_536), default: "1000",
            help: "Open streams, uploads and downloads per connection."),
        ConfigurationKey(
            "max_image_bytes", .integer(1...31_457_280), default: "31457280",
            help: "Largest picture (30 MiB, the provider's limit)."),
        ConfigurationKey(
            "max_image_pixels", .integer(1...256_000_000), default: "64000000", help: "Width times height of a picture."
        ),
        ConfigurationKey("max_connections", .integer(1...100_000), default: "10000", help: "Connections at a time."),
        ConfigurationKey(
            "max_request_bytes", .integer(1_048_576...17_179_869_184), default: "67108864",
            help: "Bytes of requests in memory over all connections (64 MiB); reads pause beyond."),
        ConfigurationKey(
            "max_queued_tasks", .integer(1...10_000_000), default: "100000", help: "Tasks that wait for an engine."),
    ]

    package static let timeouts = [
        ConfigurationKey("handshake", .seconds(0.1...300), default: "5", help: "From accept to a whole HELLO."),
        ConfigurationKey("frame", .seconds(0.1...3_600), default: "30", help: "From a frame's first byte to its last."),
        ConfigurationKey(
            "write", .seconds(0.1...3_600), default: "30", help: "A peer that takes no byte for so long is closed."),
        ConfigurationKey(
            "keepalive", .seconds(0.1...3_600), default: "20", help: "A PING unanswered for so long closes."),
        ConfigurationKey(
            "idle", .seconds(1...86_400), default: "300", help: "A connection without a call for so long is closed."),
        ConfigurationKey(
            "max_connection_age", .seconds(0...2_592_000), default: "0",
            help: "A connection of this age is asked to go and come again; 0: never."),
        ConfigurationKey(
            "drain", .seconds(0...3_600), default: "20", help: "What a stop waits for open calls and downloads."),
        ConfigurationKey(
            "start_by", .seconds(1...2_592_000), default: "86400",
            help: "How long a task may wait for an engine where its caller says nothing."),
    ]

    package static let storage = [
        ConfigurationKey(
            "path", .text, default: "./data", help: "Folder of tasks, pictures and results; one process at a time."),
        ConfigurationKey(
            "result_retention", .seconds(1...315_360_000), default: "604800",
            help: "How long results are kept after their task's end (7 days)."),
        ConfigurationKey(
            "task_retention", .seconds(1...315_360_000), default: "2592000",
            help: "How long ended tasks and their idempotency keys are kept (30 days)."),
        ConfigurationKey(
            "input_retention", .seconds(1...315_360_000), default: "86400",
            help: "How long pictures are kept that no open task uses (1 day)."),
        ConfigurationKey(
            "max_stored_bytes", .integer(0...1_125_899_906_842_624), default: "0",
            help: "Above it results of ended tasks are removed, the oldest first; 0: no bound."),
    ]
}
