import EngineCore

/// The system's cryptographic generator (getrandom): ids and markers made from it cannot be guessed.
package struct SystemRandom: RandomSource {
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
