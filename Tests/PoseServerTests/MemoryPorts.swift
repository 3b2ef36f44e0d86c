import BackendAPI
import EngineCore
import Logging
import Synchronization

/// Lists of what a `MemoryReader` holds.
final class MemoryLists: TaskLists {
    private let reader: MemoryReader
    private let state = Mutex(State())
    private struct State {
        var rowsPerRead = Int.max
        var queries: [TaskListQuery] = []
        var failure: StoreError?
    }

    init(_ reader: MemoryReader) { self.reader = reader }

    /// Every query so far.
    var queries: [TaskListQuery] { state.withLock { $0.queries } }
    /// From now on a read looks at so many rows only, matching or not.
    func lookAt(rowsPerRead: Int) { state.withLock { $0.rowsPerRead = rowsPerRead } }
    func fail(with error: StoreError) { state.withLock { $0.failure = error } }

    func list(_ query: TaskListQuery) throws(StoreError) -> TaskListPage {
        let (rows, failure) = state.withLock { state in
            state.queries.append(query)
            return (state.rowsPerRead, state.failure)
        }
        if let failure { throw failure }
        let below = reader.state.withLock { Array($0.records.values) }
            .filter { $0.number < query.below ?? .max }.sorted { $0.number > $1.number }
        var page = TaskListPage(tasks: [], next: nil)
        for (index, record) in below.enumerated() {
            if index == rows || page.tasks.count == query.limit {
                page.next = below[index - 1].number
                break
            }
            if Self.matches(record, query) { page.tasks.append(record) }
        }
        return page
    }

    private static func matches(_ record: TaskRecord, _ query: TaskListQuery) -> Bool {
        let isUnknown = record.failure?.reason == .submissionUnknown && record.resolution == nil
        return record.caller == query.caller ?? record.caller
            && (query.states.isEmpty || query.states.contains(record.state))
            && query.labels.allSatisfy { record.labels[$0.key] == $0.value }
            && record.createdAt >= query.createdFrom ?? .min && record.createdAt < query.createdBefore ?? .max
            && (!query.isUnknownOnly || isUnknown)
    }
}

/// Removes from a `MemoryReader`.
final class MemoryHousekeeper: Housekeeper {
    private let reader: MemoryReader
    init(_ reader: MemoryReader) { self.reader = reader }

    func purge(caller: String) throws(StoreError) -> Removal? {
        reader.state.withLock { state in
            let his = state.records.values.filter { $0.caller == caller }
            if his.isEmpty { return nil }
            var removal = Removal()
            for record in his where record.state.isTerminal {
                state.records[record.id] = nil
                state.events.removeAll { $0.task == record.id }
                removal.tasks.append(record.id)
                removal.bytes += record.outputs.reduce(0) { $0 + $1.image.sizeBytes }
            }
            return removal
        }
    }
}

/// Files below the one root `/in`, by path; anything else is not allowed.
final class MemoryInputFiles: InputFiles {
    private let files = Mutex<[String: [UInt8]]>([:])
    private let asked = Mutex<[[String]]>([])

    /// The roots of each look.
    var rootsAsked: [[String]] { asked.withLock { $0 } }
    func put(_ path: String, _ bytes: [UInt8]) { files.withLock { $0[path] = bytes } }

    func open(_ path: String, below roots: [String]) throws(InputFileError) -> any InputFile {
        asked.withLock { $0.append(roots) }
        guard let bytes = files.withLock({ $0[path] }), roots.contains(where: { path.hasPrefix($0 + "/") }) else {
            throw InputFileError(.notAllowed, "'\(path)' is no file below an input root")
        }
        return File(bytes, isUnreadable: path.hasSuffix("unreadable"))
    }

    private final class File: InputFile {
        private let rest: Mutex<ArraySlice<UInt8>>
        private let isUnreadable: Bool
        let sizeBytes: Int64

        init(_ bytes: [UInt8], isUnreadable: Bool) {
            rest = Mutex(bytes[...])
            sizeBytes = Int64(bytes.count)
            self.isUnreadable = isUnreadable
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
            if isUnreadable { throw InputFileError(.unreadable, "the system could not read it") }
            return rest.withLock { rest in
                // In small pieces, as a file system may give them.
                let piece = rest.prefix(min(buffer.count, 50))
                buffer.copyBytes(from: piece)
                rest = rest.dropFirst(piece.count)
                return piece.count
            }
        }
    }
}

/// Allows https addresses of example.org.
struct ExampleFetcher: ImageFetcher {
    func refusal(of url: String) -> String? {
        url.hasPrefix("https://example.org/") ? nil : "only https://example.org is allowed"
    }

    func fetch(_ url: String, to sink: any ByteSink) async throws(BackendError) {
        throw BackendError(.permanent, code: "test", message: "no image is fetched here")
    }
}

/// Keeps what is logged.
final class LogLines: Sendable {
    struct Line: Sendable, Equatable {
        var message: String
        var metadata: [String: String]
    }
    private let lines = Mutex<[Line]>([])
    private let arrivals = AsyncStream.makeStream(of: Line.self)

    var all: [Line] { lines.withLock { $0 } }
    /// Each line as it comes.
    var incoming: AsyncStream<Line> { arrivals.stream }

    func logger(_ label: String) -> Logger {
        Logger(label: label) { _ in Handler(lines: self) }
    }

    private func add(_ line: Line) {
        lines.withLock { $0.append(line) }
        arrivals.continuation.yield(line)
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            lines.add(Line(message: "\(event.message)", metadata: all.mapValues { "\($0)" }))
        }
    }
}
