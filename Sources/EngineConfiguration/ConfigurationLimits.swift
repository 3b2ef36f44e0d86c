/// Bounds of what is read, so that a broken or hostile file costs little.
enum ConfigurationLimits {
    /// The file itself. A long one of a hundred engines has some 60 KiB.
    static let fileBytesMax = 1 << 20
    /// A file that `${file:...}` names: keys and tokens are short.
    static let valueFileBytesMax = 64 << 10
    /// Maps and lists in each other. The deepest key that exists is at 6.
    static let nestingLevelsMax = 16
    /// Values (scalars, lists and maps together).
    static let valuesMax = 50_000
    /// What looks like an alias before the file is parsed: a few cost nothing, many are an attack.
    static let aliasesMax = 16
    /// Engine, pipeline, step and caller names, in bytes; the wire's limit for a pipeline's name.
    static let nameBytesMax = 64
    /// Steps of a pipeline, and engines of a step.
    static let stepsMax = 16
    static let enginesPerStepMax = 16
    /// A secret of at least so many bytes is looked for in all other values before they are shown.
    static let soughtSecretBytesMin = 8
    /// A provider's clock that differs by more makes times of tasks and signed addresses doubtful, in milliseconds.
    static let clockDifferenceMillisecondsMax: UInt64 = 60_000
    /// Free space below which the checklist says no: some five tasks of the largest pictures (3 x 30 MiB each).
    static let freeBytesMin: Int64 = 512 << 20
    /// How much of a name or value an error message repeats, in characters.
    static let shownCharactersMax = 40
    /// A value that an error message repeats is shorter than any key of a provider (32 characters).
    static let shownValueCharactersMax = 20
    /// Problems that are kept; what is beyond is only counted.
    static let problemsMax = 200
}
