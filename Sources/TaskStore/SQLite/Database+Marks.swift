import EngineCore

/// Which files the rows need.
extension Database {
    /// All of one moment: a task that ends meanwhile is seen as open or as ended, never as neither.
    func fileMarks(_ moments: RetentionMoments) throws(StoreError) -> FileMarks {
        try execute("BEGIN")
        do {
            let marks = try collectMarks(moments)
            try execute("COMMIT")
            return marks
        } catch {
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    private func collectMarks(_ moments: RetentionMoments) throws(StoreError) -> FileMarks {
        var marks = FileMarks()
        for sql in [MarkQueries.ofOpen, MarkQueries.ofUnsettled] {
            try cached(sql).scan { row throws(StoreError) in
                marks.addInputs(row)
                return true
            }
        }
        let ended = try cached(MarkQueries.ofEnded)
        ended.bind(min(moments.inputsEndedBy, moments.resultsEndedBy))
        try ended.scan { row throws(StoreError) in
            let endedAt = try row.integer(Int64.self)
            if endedAt > moments.resultsEndedBy { marks.addResults(row, endedAt: endedAt) } else { _ = row.textBytes() }
            if endedAt > moments.inputsEndedBy { marks.addInputs(row) }
            return true
        }
        let images = try cached(MarkQueries.ofPutImages)
        images.bind(moments.imagesExpiredBy)
        try images.scan { row throws(StoreError) in
            if let key = FileKey(bytes: row.blobBytes()) { marks.add(needed: key) }
            return true
        }
        return marks
    }
}

enum MarkQueries {
    private static let inputs = "source_digest, pose_digest, step_source"
    static let ofOpen = "SELECT \(inputs) FROM task INDEXED BY task_open WHERE state < 6"
    static let ofUnsettled =
        "SELECT \(inputs) FROM task INDEXED BY task_unknown WHERE failure_reason = 'SUBMISSION_UNKNOWN' AND resolution IS NULL"
    static let ofEnded =
        "SELECT ended_at, outputs, \(inputs) FROM task INDEXED BY task_ended WHERE state >= 6 AND ended_at > ?"
    static let ofPutImages = "SELECT digest FROM image WHERE expires_at > ?"
}

extension FileMarks {
    fileprivate mutating func addInputs(_ row: Statement) {
        for _ in 0..<2 {
            if let key = FileKey(bytes: row.blobBytes()) { add(needed: key) }
        }
        for key in FileKey.all(in: row.textBytes()) { add(needed: key) }
    }

    fileprivate mutating func addResults(_ row: Statement, endedAt: Int64) {
        for key in FileKey.all(in: row.textBytes()) { add(result: key, endedAt: endedAt) }
    }
}
