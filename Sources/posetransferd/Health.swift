import ArgumentParser
import Glibc
import PoseServer

/// `posetransferd health`: the container's health check, by the program itself.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running service whether it serves.",
        discussion: """
            Exit status 0: serving. 1: not serving, or no answer. Needs no token while `health_without_token` is on.

            Example: posetransferd health --server 127.0.0.1:7411
            """)

    @Option(name: .long, help: "HOST:PORT of the service; also from POSETRANSFER_SERVER, else from PTD_SERVER_LISTEN.")
    var server: String?
    @Option(name: .long, help: "Seconds to wait for the answer.") var timeout: Double = 3

    func run() async throws {
        let text =
            server ?? Self.variable("POSETRANSFER_SERVER") ?? Self.variable("PTD_SERVER_LISTEN") ?? "127.0.0.1:7411"
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port),
            timeout > 0, timeout <= 3_600
        else { throw ValidationError("'\(text)' is no HOST:PORT") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "0.0.0.0" { host = "127.0.0.1" }
        if host == "::" { host = "::1" }
        switch await HealthProbe.ask(host: host, port: port, timeoutMilliseconds: Int64(timeout * 1_000)) {
        case .serving: print("serving")
        case .notServing(let why):
            Serve.complain("posetransferd: \(why)")
            throw ExitStatus.notServing
        }
    }
    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
