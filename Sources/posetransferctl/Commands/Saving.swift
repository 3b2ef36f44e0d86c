import PoseTransferClient

extension CommandRun {
    /// Writes an output of a task to its place and says where.
    func save(_ task: String, index: Int, _ options: ResultOptions) async throws {
        let sink = ResultFileSink(task: task, index: index, out: options.out, force: options.force)
        let result = try await client.fetchResult(of: task, outputIndex: index, into: sink)
        let (path, isNew) = try await sink.finish()
        console.tell(
            text:
                "\(isNew ? "wrote" : "already there:") \(path) (\(result.size) bytes, \(ProgressView.plain(result.mediaType)))\n",
            json: .object([
                ("type", .string("result")), ("task_id", .string(task)), ("output_index", .integer(Int64(index))),
                ("path", .string(path)), ("written", .bool(isNew)), ("size_bytes", .unsigned(result.size)),
                ("sha256", .string(result.digest.description)), ("media_type", .string(result.mediaType)),
            ]))
    }
}

/// Takes a result to a file. What was there before stays, unless it is to be replaced; where it is this very result already,
/// nothing is written.
actor ResultFileSink: ResultSink {
    private let task: String
    private let index: Int
    private let out: String?
    private let force: Bool
    private var file: OutputFile?
    private var path = ""
    private var digest: ContentDigest?

    init(task: String, index: Int, out: String?, force: Bool) {
        self.task = task
        self.index = index
        self.out = out
        self.force = force
    }

    func begin(_ result: ResultDescription) throws {
        path = out ?? ResultName.make(task: task, index: index, mediaType: result.mediaType)
        digest = result.digest
        file = try OutputFile(path: path)
    }

    func write(_ bytes: [UInt8]) throws {
        try file?.write(bytes)
    }

    /// Returns the path, and whether the file is new.
    func finish() throws -> (path: String, isNew: Bool) {
        do {
            try file?.finish(replacing: force)
            return (path, true)
        } catch let failure where failure.reason == "FILE_EXISTS" {
            guard isTheResult() else { throw failure }
            return (path, false)
        }
    }

    private func isTheResult() -> Bool {
        guard let digest, let content = try? InputFile.read(path, bytesMax: InputFile.comparedBytesMax) else {
            return false
        }
        return ContentDigest(of: content) == digest
    }
}

/// The name of a result's file where none was given.
enum ResultName {
    static func make(task: String, index: Int, mediaType: String) -> String {
        // An id is opaque: whatever could lead to another folder is replaced.
        let safe = String(task.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) ? $0 : "_" })
        return safe + (index == 0 ? "" : "-\(index)") + ending(mediaType)
    }

    private static func ending(_ mediaType: String) -> String {
        switch mediaType {
        case "image/png": ".png"
        case "image/jpeg": ".jpg"
        case "image/webp": ".webp"
        default: ".bin"
        }
    }
}
