import BackendAPI

extension ConfigurationReader {
    /// `storage:`; left out, every key has its default.
    mutating func storage(_ root: ConfigurationSection) -> ConfiguredStorage? {
        let node = node("storage", root)
        guard let section = section(node, "storage", known: ServerKeys.storage.map(\.name)) else { return nil }
        let checked = values(in: section, keys: ServerKeys.storage)
        guard let path = checked.text("path"), let results = checked.milliseconds("result_retention"),
            let tasks = checked.milliseconds("task_retention"), let inputs = checked.milliseconds("input_retention"),
            let bytes = checked.integer("max_stored_bytes")
        else { return nil }
        guard results <= tasks else {
            let key = section.entry("result_retention") == nil ? "task_retention" : "result_retention"
            refuse(
                position(key, section), section.path(of: key),
                """
                result_retention (\(shortNumber(Double(results) / 1_000)) s) is longer than task_retention \
                (\(shortNumber(Double(tasks) / 1_000)) s), and a result goes with its task; raise task_retention
                """)
            return nil
        }
        return ConfiguredStorage(
            path: path, resultRetentionMilliseconds: results, taskRetentionMilliseconds: tasks,
            inputRetentionMilliseconds: inputs, storedBytesMax: Int64(bytes))
    }
}
