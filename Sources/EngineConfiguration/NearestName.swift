/// The name that was probably meant: fewer changes than a third of its letters, the first of several as near; `nil`: none is near.
func nearestName(to name: String, in known: [String]) -> String? {
    let typed = Array(name.lowercased().utf8.prefix(ConfigurationLimits.nameBytesMax))
    var best: (name: String, changes: Int)?
    for candidate in known {
        let changes = changes(typed, Array(candidate.lowercased().utf8))
        guard changes <= max(1, candidate.utf8.count / 3), changes < best?.changes ?? .max else { continue }
        best = (candidate, changes)
    }
    return best?.name
}

/// Levenshtein's distance: letters to insert, remove or replace. A separator (`apiKey`, `api-key`) counts like any letter.
private func changes(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var row = Array(0...second.count)
    for (line, letter) in first.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for (column, other) in second.enumerated() {
            let replaced = diagonal + (letter == other ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
        }
    }
    return row[second.count]
}
