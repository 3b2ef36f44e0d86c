import Glibc

/// The tables of docs/migration.md.
struct MigrationDocument {
    struct Row {
        let section: String
        let cells: [String]
        /// Inline code of the last column, with what stands behind it up to the next.
        var codes: [(text: String, behind: String)] {
            let parts = (cells.last ?? "").split(separator: "`", omittingEmptySubsequences: false).map(String.init)
            return stride(from: 1, to: parts.count - 1, by: 2).map { (parts[$0], parts[$0 + 1]) }
        }
        var firstCodeOnTheLeft: String? {
            let parts = cells[0].split(separator: "`", omittingEmptySubsequences: false)
            return parts.count > 2 ? String(parts[1]) : nil
        }
    }

    struct Command {
        let text: String
        /// What it is told to end with; nothing told is 0.
        let status: Int32
        /// Services run until they are stopped.
        let staysUp: Bool

        /// With a task's id in the place of the word TASK.
        func text(of task: String) -> String {
            text.split(separator: " ").map { $0 == "TASK" ? task : String($0) }.joined(separator: " ")
        }
    }

    let rows: [Row]

    init() throws {
        var rows: [Row] = []
        var section = ""
        var isInTable = false
        for line in try Self.text(of: "docs/migration.md").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
            if line.hasPrefix("|---") {
                isInTable = true
            } else if !line.hasPrefix("|") {
                isInTable = false
            } else if isInTable {
                let cells = line.split(separator: "|").map { Self.trimmed($0) }
                rows.append(Row(section: section, cells: cells))
            }
        }
        self.rows = rows
    }

    private static let programs = ["posetransferd ", "posetransferctl "]

    var commands: [Command] {
        rows.flatMap(\.codes).filter { code in Self.programs.contains { code.text.hasPrefix($0) } }
            .map { code in
                let told =
                    code.behind.hasPrefix(" (exit ") ? Int32(code.behind.dropFirst(7).prefix { $0.isNumber }) : nil
                let isService = code.text.hasPrefix("posetransferd serve") || code.text == "posetransferctl simulator"
                return Command(text: code.text, status: told ?? 0, staysUp: isService && told == nil)
            }
    }

    var scripts: [String] {
        rows.flatMap(\.codes).map(\.text).filter { $0.hasPrefix("scripts/") }
            .map { String($0.prefix { $0 != " " }) }
    }

    /// What is quoted in a section's last column and is no command: words that a program of ours says.
    func quotes(in section: String) -> [String] {
        rows.filter { $0.section == section }.flatMap(\.codes).map(\.text)
            .filter { text in !Self.programs.contains { text.hasPrefix($0) } && !text.hasPrefix("engine_config") }
    }

    static let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }

    static func text(of path: String) throws -> String {
        let descriptor = open("\(root)/\(path)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ChildProcess.Failure(description: "\(path): \(errno)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
