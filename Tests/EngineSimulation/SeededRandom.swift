import EngineCore
import Synchronization

/// SplitMix64 (Steele, Lea, Flood 2014): the one source of chance in a run, so that a seed is a run.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    package mutating func happens(_ probability: Double) -> Bool {
        Double(next() >> 11) / Double(1 << 53) < probability
    }

    package mutating func between(_ low: Int64, _ high: Int64) -> Int64 { Int64.random(in: low...high, using: &self) }

    package mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &self) }
}

/// The engine's port of chance over a seed of its own.
package final class SeededSource: RandomSource {
    private let random: Mutex<SeededRandom>
    package init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
    package func next() -> UInt64 { random.withLock { $0.next() } }
}
