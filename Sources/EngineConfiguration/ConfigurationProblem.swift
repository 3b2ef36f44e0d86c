/// One thing that is wrong (or, as a warning, unwise) in the configuration file.
///
/// The text says what is wrong and, behind a semicolon, what to do. It never repeats the value of a secret.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    package let file: String
    /// Where it stands; `nil` where the file as a whole is at fault.
    package let position: Position?
    package let message: String

    /// `file:line:column: what is wrong; what to do`, as compilers write it; a variable or flag at fault is named in the place's stead.
    package var description: String {
        guard let position else { return "\(file): \(message)" }
        if let outside = position.outside { return "\(outside): \(message)" }
        return "\(file):\(position.line):\(position.column): \(message)"
    }
}

/// A place in the file; both numbers start at 1, columns count Unicode scalars.
package struct Position: Sendable, Hashable, Comparable {
    package let line: Int
    package let column: Int
    /// What set the value in the file's stead; line and column are 0 then.
    package let outside: OutsideSource?

    init(line: Int, column: Int, outside: OutsideSource? = nil) {
        self.line = line
        self.column = column
        self.outside = outside
    }

    var origin: ValueOrigin { outside?.origin ?? .file(line: line) }

    package static func < (first: Position, second: Position) -> Bool {
        (first.line, first.column) < (second.line, second.column)
    }
}

/// The configuration cannot be used: everything that is wrong with it, in the order of the file.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `EX_CONFIG` of sysexits.h: the status the program exits with.
    package static let exitStatus: Int32 = 78

    package let problems: [ConfigurationProblem]
    /// Problems beyond the first `ConfigurationLimits.problemsMax`, which are not kept.
    package let moreProblems: Int

    /// One line for each problem.
    package var description: String {
        let lines = problems.map(\.description)
        return (moreProblems == 0 ? lines : lines + ["... and \(moreProblems) more"]).joined(separator: "\n")
    }
}
