/// The name that was probably meant: fewer changes than a third of its letters, the first of several as near; `nil`:
/// none is near.
func nearestName(to name: String, in known: [String]) -> String? {
    let typed = Array(name.lowercased().utf8.prefix(ConfigurationLimits.nameBytesMax))
    var best: (name: String, changes: Int)?
    for candidate in known {
        let bound = max(1, candidate.utf8.count / 3)
        // As many changes are needed at least.
        guard abs(candidate.utf8.count - typed.count) <= bound else { continue }
        let changes = changes(typed, Array(candidate.lowercased().utf8))
        guard changes <= bound, changes < best?.changes ?? .max else { continue }
        best = (candidate, changes)
    }
    return best?.name
}

/// Letters to insert, remove, replace or swap with their neighbour. A separator (`apiKey`, `api-key`) counts like any
/// letter.
private func changes(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var rows = [Array(0...second.count)]
    for (line, letter) in first.enumerated() {
        let above = rows[line]
        var row = [line + 1]
        for (column, other) in second.enumerated() {
            var fewest = min(above[column] + (letter == other ? 0 : 1), above[column + 1] + 1, row[column] + 1)
            if line > 0, column > 0, letter == second[column - 1], first[line - 1] == other {
                fewest = min(fewest, rows[line - 1][column - 1] + 1)
            }
            row.append(fewest)
        }
        rows.append(row)
    }
    return rows[first.count][second.count]
}
