/// Rows under a head, in columns as wide as their widest cell; the last column is not filled up. No cell moves the cursor.
struct Table {
    private let head: [String]
    private var rows: [[String]] = []

    init(_ head: String...) {
        self.head = head
    }

    /// A row with as many cells as the head; an empty cell is drawn as a dash, so that programs which cut at spaces find their column.
    mutating func add(_ cells: String...) {
        rows.append(cells.map { $0.isEmpty ? "-" : ProgressView.plain($0) })
    }

    /// One line for each row, the head first.
    var text: String {
        let lines = [head] + rows
        let widths = head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            line.indices.map { $0 == line.count - 1 ? line[$0] : line[$0].padded(to: widths[$0]) }
                .joined(separator: "  ") + "\n"
        }.joined()
    }
}
