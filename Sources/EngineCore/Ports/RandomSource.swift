/// Random bits. In production from the system's cryptographic generator: task ids and markers must not be guessable.
package protocol RandomSource: Sendable {
    func next() -> UInt64
}
