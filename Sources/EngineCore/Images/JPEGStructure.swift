/// The markers of a JPEG (ITU-T T.81 annex B): segments with their lengths, one frame, scans with stuffing and
/// restarts, EOI.
///
/// Refused as well, since decoders at large refuse or differ: hierarchical images (several frames), a height that is
/// told only behind the first scan (DNL), and restart markers that were not announced or come out of order.
struct JPEGStructure: Sendable {
    private enum Place {
        case start, marker, code, length, skipped, fields, scan, scanCode, tail
    }

    private var place = Place.start
    private var field = ImageField(wanting: 2)
    private var code: UInt8 = 0
    private var codeOffset: Int64 = 0
    private var rest: Int64 = 0
    private var tables: JPEGTables?
    private var frame: JPEGFrame?
    private var restartInterval: UInt32 = 0
    private var nextRestart: UInt8 = 0
    private var scans = 0
    /// Whether the scan has any data since its head or its last restart.
    private var scanHasData = false
    private var tail = JPEGTail()

    mutating func feed(_ chunk: inout ImageChunk) throws(ImageProblem) {
        while !chunk.isEmpty {
            switch place {
            case .start: if field.fill(from: &chunk) { try takeStart() }
            case .marker: try takeMarker(&chunk)
            case .code, .scanCode: try takeCode(&chunk)
            case .length: if field.fill(from: &chunk) { try takeLength() }
            case .skipped: try takeSkipped(&chunk)
            case .fields: if field.fill(from: &chunk) { try takeFields() }
            case .scan: takeScan(&chunk)
            case .tail: tail.add(&chunk)
            }
        }
    }

    func finish(at offset: Int64) throws(ImageProblem) -> ImageSides {
        guard place == .tail, let frame else {
            throw .cutOff(.jpeg, at: offset, "the marker EOI that ends every JPEG is missing")
        }
        try tail.judge()
        return frame.sides
    }

    private mutating func takeStart() throws(ImageProblem) {
        guard field.bytes == [0xFF, 0xD8] else { throw .broken(.jpeg, at: 0, "it does not begin with SOI") }
        place = .marker
    }

    private mutating func takeMarker(_ chunk: inout ImageChunk) throws(ImageProblem) {
        codeOffset = chunk.offset
        guard chunk.next() == 0xFF else {
            throw .broken(.jpeg, at: codeOffset, "a marker (FF) should begin here")
        }
        place = .code
    }

    /// The byte behind an FF. Further FFs are fill bytes.
    private mutating func takeCode(_ chunk: inout ImageChunk) throws(ImageProblem) {
        guard let byte = chunk.next(), byte != 0xFF else { return }
        code = byte
        if place == .scanCode {
            if code == 0 { return goOnWithScan() }
            codeOffset = chunk.offset - 2
            if (0xD0...0xD7).contains(code) { return try takeRestart() }
            guard scanHasData else { throw broken("a scan, or its part behind a restart, has no data") }
        }
        try takeMarkerCode()
    }

    private mutating func takeMarkerCode() throws(ImageProblem) {
        switch code {
        case 0xC0...0xC3, 0xC9...0xCB:
            if frame != nil { throw broken("a second frame (hierarchical JPEG)") }
        case 0xC5...0xC7, 0xCD...0xCF, 0xDE, 0xDF: throw broken("a hierarchical JPEG: it has several frames")
        case 0xDA: if frame == nil { throw broken("a scan before the frame's head (SOF)") }
        case 0xDC: throw broken("its height stands behind the scan (DNL), which most programs cannot read")
        case 0xC4, 0xCC, 0xDB, 0xDD, 0xE0...0xEF, 0xFE: break
        case 0xD9: return try takeEnd()
        default: throw broken("no such marker may stand here")
        }
        place = .length
        field.want(2)
    }

    private mutating func takeEnd() throws(ImageProblem) {
        guard frame != nil, scans > 0 else { throw broken("EOI, but there was no scan (pixel data)") }
        place = .tail
    }

    private mutating func takeLength() throws(ImageProblem) {
        let length = Int64(field.big16(at: 0)) - 2
        guard length >= 0 else { throw broken("its length is below 2") }
        rest = length
        switch code {
        case 0xC0...0xC3, 0xC9...0xCB: try expectFields(length, allowed: JPEGFrame.lengths)
        case 0xDA: try expectFields(length, allowed: JPEGFrame.scanLengths)
        case 0xDD: try expectFields(length, allowed: [2])
        default:
            tables = JPEGTables(code: code)
            place = .skipped
            if length == 0 { try endSegment() }
        }
    }

    private mutating func expectFields(_ length: Int64, allowed: [Int64]) throws(ImageProblem) {
        guard allowed.contains(length) else { throw broken("its length \(length + 2) is none that it may have") }
        place = .fields
        field.want(Int(length))
    }

    private mutating func takeSkipped(_ chunk: inout ImageChunk) throws(ImageProblem) {
        let part = chunk.take(upTo: rest)
        rest -= Int64(part.count)
        if tables != nil, tables?.take(part) == false { throw broken("it holds no table as it should be") }
        if rest == 0 { try endSegment() }
    }

    private mutating func endSegment() throws(ImageProblem) {
        if let tables, !tables.isWhole { throw broken("a table in it is cut off") }
        tables = nil
        place = .marker
    }

    private mutating func takeFields() throws(ImageProblem) {
        place = .marker
        switch code {
        case 0xDD: restartInterval = field.big16(at: 0)
        case 0xDA:
            if let fault = frame?.fault(ofScan: field) { throw broken(fault) }
            scans += 1
            nextRestart = 0
            scanHasData = false
            place = .scan
        default: frame = try JPEGFrame(field, code: code)
        }
    }

    private mutating func takeScan(_ chunk: inout ImageChunk) {
        if chunk.takeUpToFF() > 0 { scanHasData = true }
        if chunk.next() != nil { place = .scanCode }
    }

    private mutating func goOnWithScan() {
        scanHasData = true
        place = .scan
    }

    private mutating func takeRestart() throws(ImageProblem) {
        guard restartInterval > 0 else { throw broken("a restart that no DRI announced") }
        guard code == 0xD0 + nextRestart else { throw broken("restart RST\(nextRestart) should stand here") }
        guard scanHasData else { throw broken("no data between two restarts") }
        nextRestart = (nextRestart + 1) % 8
        scanHasData = false
        place = .scan
    }

    private func broken(_ what: String) -> ImageProblem {
        let hex = (code < 16 ? "0" : "") + String(code, radix: 16, uppercase: true)
        return .broken(.jpeg, at: codeOffset, "marker FF \(hex): \(what)")
    }
}
