/// The outside world as the configuration sees it. The program passes it in; nothing here reads a file or a variable by
/// itself.
package struct ConfigurationSources: Sendable {
    /// An environment variable's value; `nil`: not set.
    package let variable: @Sendable (_ name: String) -> String?
    /// A whole file, unless it has more than the given number of bytes.
    package let file: @Sendable (_ path: String, _ bytesMax: Int) -> FileContents
    /// Every variable that is set, so that a `PTD_` name with a mistake in it is found.
    package let variableNames: @Sendable () -> [String]
    /// In the order of the command line.
    package let flags: [FlagSetting]

    package init(
        variable: @escaping @Sendable (_ name: String) -> String?,
        file: @escaping @Sendable (_ path: String, _ bytesMax: Int) -> FileContents,
        variableNames: @escaping @Sendable () -> [String] = { [] }, flags: [FlagSetting] = []
    ) {
        self.variable = variable
        self.file = file
        self.variableNames = variableNames
        self.flags = flags
    }
}

/// What came of reading a file.
package enum FileContents: Sendable {
    /// `isReadableByEveryone`: the file's mode lets others than owner and group read it.
    case bytes([UInt8], isReadableByEveryone: Bool)
    case tooLarge
    /// Not there, not a file, no right ...: the reason for people, without the path.
    case unreadable(reason: String)
}
