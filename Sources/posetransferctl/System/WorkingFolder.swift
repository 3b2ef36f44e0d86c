import Glibc

/// The folder that the program was started in.
enum WorkingFolder {
    /// Its whole path; nothing where the system does not tell it.
    static func path() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
