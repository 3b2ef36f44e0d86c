/// A look at the bytes before the parser has them, for what it would take too dear.
///
/// The parser compares keys before anybody can refuse an alias, and a key of nested aliases takes it for ever; and it
/// spends 150 bytes on a value of one. So a text with more of either than an honest file has is not parsed at all. What
/// it counts is what looks so: a comment is left out, text in quotes is not.
struct YAMLPrescan {
    private(set) var firstOfTooManyAliases: Position?
    private(set) var tooManyValues: Position?

    init(_ text: String) {
        var line = 1
        var column = 1
        var aliases = 0
        var separators = 0
        var firstAlias: Position?
        var previous = UInt8(ascii: "\n")
        var isComment = false
        for byte in text.utf8 {
            let beginsToken = " \t\n\r[{,?:-".utf8.contains(previous)
            if beginsToken, byte == UInt8(ascii: "#") { isComment = true }
            if beginsToken, !isComment, byte == UInt8(ascii: "*") {
                firstAlias = firstAlias ?? Position(line: line, column: column)
                aliases += 1
            }
            let isBreak = byte == UInt8(ascii: "\n")
            if !isComment, isBreak || byte == UInt8(ascii: ",") { separators += 1 }
            if separators == ConfigurationLimits.valuesMax, tooManyValues == nil {
                tooManyValues = Position(line: line, column: column)
            }
            if isBreak { isComment = false }
            line += isBreak ? 1 : 0
            column = isBreak ? 1 : column + (byte & 0xc0 == 0x80 ? 0 : 1)
            previous = byte
        }
        firstOfTooManyAliases = aliases > ConfigurationLimits.aliasesMax ? firstAlias : nil
    }
}
