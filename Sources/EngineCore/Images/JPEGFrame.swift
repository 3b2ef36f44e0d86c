/// A frame's head (SOF): sides and components.
struct JPEGFrame: Sendable {
    /// Of one to four components, without the two bytes of the length.
    static let lengths: [Int64] = [9, 12, 15, 18]
    /// Of a scan's head over one to four components.
    static let scanLengths: [Int64] = [6, 8, 10, 12]

    let sides: ImageSides
    private let components: [UInt8]

    init(_ field: ImageField, code: UInt8) throws(ImageProblem) {
        let count = Int(field[5])
        guard field.bytes.count == 6 + 3 * count else {
            throw .broken(.jpeg, at: field.offset, "the frame's length does not fit its \(count) components")
        }
        guard Self.precisions(code).contains(field[0]) else {
            throw .broken(.jpeg, at: field.offset, "samples of \(field[0]) bits")
        }
        components = (0..<count).map { field[6 + 3 * $0] }
        let areSound = (0..<count).allSatisfy { index in
            let sampling = field[7 + 3 * index]
            return (1...4).contains(sampling >> 4) && (1...4).contains(sampling & 15) && field[8 + 3 * index] < 4
        }
        guard areSound, Set(components).count == count else {
            throw .broken(.jpeg, at: field.offset, "the frame's components have values that no JPEG has")
        }
        sides = try ImageSides(.jpeg, width: field.big16(at: 3), height: field.big16(at: 1), at: field.offset)
    }

    /// What is wrong with a scan's head, or `nil`.
    func fault(ofScan field: ImageField) -> String? {
        let count = Int(field[0])
        guard field.bytes.count == 4 + 2 * count else { return "its length does not fit its \(count) components" }
        let named = (0..<count).map { field[1 + 2 * $0] }
        guard named.allSatisfy(components.contains), Set(named).count == count else {
            return "it names components that the frame does not have"
        }
        let tablesAreSound = (0..<count).allSatisfy { field[2 + 2 * $0] & 0xCC == 0 }
        let low = field[1 + 2 * count]
        let high = field[2 + 2 * count]
        let steps = field[3 + 2 * count]
        guard tablesAreSound, low <= 63, high <= 63, steps >> 4 <= 13, steps & 15 <= 15 else {
            return "it has values that no scan has"
        }
        return nil
    }

    private static func precisions(_ code: UInt8) -> ClosedRange<UInt8> {
        switch code {
        case 0xC0: 8...8
        case 0xC3, 0xCB: 2...16
        default: 8...12
        }
    }
}

/// Whether the quantisation (DQT) or Huffman (DHT) tables of a segment fill it exactly.
struct JPEGTables: Sendable {
    private let isHuffman: Bool
    /// Bytes of the present table that are still to come; the first of a table is its head.
    private var rest = 0
    /// Code lengths of the present Huffman table that are still to be read, and the symbols they announce.
    private var countsLeft = 0
    private var symbols = 0

    /// `nil`: no segment with tables.
    init?(code: UInt8) {
        guard code == 0xC4 || code == 0xDB else { return nil }
        isHuffman = code == 0xC4
    }

    var isWhole: Bool { rest == 0 && countsLeft == 0 }

    /// Answers false where a value is none that a table may have.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes where !take(byte) { return false }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if countsLeft > 0 { return takeCount(byte) }
        if rest > 0 {
            rest -= 1
            return true
        }
        if isHuffman {
            countsLeft = 16
            symbols = 0
            return byte >> 4 <= 1 && byte & 15 <= 3
        }
        rest = byte >> 4 == 0 ? 64 : 128
        return byte >> 4 <= 1 && byte & 15 <= 3
    }

    private mutating func takeCount(_ byte: UInt8) -> Bool {
        countsLeft -= 1
        symbols += Int(byte)
        if countsLeft == 0 { rest = symbols }
        return symbols <= 256
    }
}
