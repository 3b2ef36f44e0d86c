import CSQLite
import EngineCore

/// A prepared statement. Values are bound, and columns read, one after the other from the first.
///
/// Confined like its `Database`.
final class Statement {
    private let handle: OpaquePointer
    private var parameter: Int32 = 0
    private var column: Int32 = 0
    /// The first bind that failed; told by the next step, so that a list of binds reads as a list.
    private var bindFailure = SQLITE_OK

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    /// Has SQLite copy a value before the bind returns; a cast that the C macro spells out and Swift does not import.
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ value: some BinaryInteger) {
        guard let number = Int64(exactly: value) else {
            bindFailure = SQLITE_MISMATCH
            parameter += 1
            return
        }
        note(sqlite3_bind_int64(handle, next(), number))
    }

    func bind(_ value: Bool) { bind(value ? 1 : 0) }

    func bind(_ value: Float) { note(sqlite3_bind_double(handle, next(), Double(value))) }

    /// nil: NULL.
    func bind(_ value: String?) {
        guard var value else { return note(sqlite3_bind_null(handle, next())) }
        let index = next()
        note(
            value.withUTF8 { utf8 in
                // No address of an empty text means NULL to SQLite.
                guard let start = utf8.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, Self.copies) }
                return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                    sqlite3_bind_text64(handle, index, $0, UInt64(utf8.count), Self.copies, UInt8(SQLITE_UTF8))
                }
            })
    }

    func bind(_ value: ContentDigest) {
        let index = next()
        note(
            value.bytes.withUnsafeBytes {
                sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Self.copies)
            })
    }

    /// Runs a statement that gives no rows.
    func run() throws(StoreError) {
        defer { reset() }
        while try step() {}
    }

    /// Runs a query and makes a value of each row.
    func rows<Value>(_ read: (Statement) throws(StoreError) -> Value) throws(StoreError) -> [Value] {
        defer { reset() }
        var values: [Value] = []
        while try step() { values.append(try read(self)) }
        return values
    }

    /// Runs a query and looks at its rows, one after the other, for as long as `look` says so.
    func scan(_ look: (Statement) throws(StoreError) -> Bool) throws(StoreError) {
        defer { reset() }
        while try step(), try look(self) {}
    }

    func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(StoreError) -> Value {
        let number = sqlite3_column_int64(handle, nextColumn())
        guard let value = Value(exactly: number) else { throw unexpected("the number \(number)") }
        return value
    }

    func bool() -> Bool { sqlite3_column_int64(handle, nextColumn()) != 0 }

    func float() -> Float { Float(sqlite3_column_double(handle, nextColumn())) }

    func text() -> String { optionalText() ?? "" }

    /// nil: NULL. Sound: the bytes stay good until the next call on the statement, and they are copied here.
    func optionalText() -> String? {
        let index = nextColumn()
        guard let start = sqlite3_column_text(handle, index) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func digest() throws(StoreError) -> ContentDigest {
        let index = nextColumn()
        let start = sqlite3_column_blob(handle, index)
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
        guard let digest = ContentDigest(bytes: bytes) else { throw unexpected("a digest of \(bytes.count) bytes") }
        return digest
    }

    /// The text's bytes, good until the next call on the statement; none where it is NULL.
    func textBytes() -> UnsafeBufferPointer<UInt8> {
        let index = nextColumn()
        let start = sqlite3_column_text(handle, index)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
    }

    /// The blob's bytes; as `textBytes`.
    func blobBytes() -> UnsafeRawBufferPointer {
        let index = nextColumn()
        let start = sqlite3_column_blob(handle, index)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
    }

    /// What a value that must not be there is answered with.
    func unexpected(_ what: String) -> StoreError {
        let name = sqlite3_column_name(handle, max(0, column - 1)).map { String(cString: $0) } ?? "?"
        return StoreError(.corrupt, "the column \(name) holds \(what), which cannot be")
    }

    private func step() throws(StoreError) -> Bool {
        column = 0
        let status = bindFailure == SQLITE_OK ? sqlite3_step(handle) : bindFailure
        if status == SQLITE_ROW { return true }
        if status == SQLITE_DONE { return false }
        let sql = sqlite3_sql(handle).map { String(cString: $0) } ?? ""
        throw StoreError(sqlite: status, on: sqlite3_db_handle(handle), "run \"\(sql.prefix(60))\"")
    }

    private func reset() {
        sqlite3_reset(handle)
        parameter = 0
        bindFailure = SQLITE_OK
    }

    private func note(_ status: Int32) {
        if status != SQLITE_OK, bindFailure == SQLITE_OK { bindFailure = status }
    }

    private func next() -> Int32 {
        parameter += 1
        return parameter
    }

    private func nextColumn() -> Int32 {
        defer { column += 1 }
        return column
    }
}
