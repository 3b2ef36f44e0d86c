/// One moment on both clocks. Durations follow `monotonic`; `unix` is for people and for what must survive a restart.
package struct EngineTime: Sendable, Equatable {
    /// Milliseconds from an arbitrary start; never goes back.
    package var monotonic: Int64
    /// Milliseconds since 1970; may jump both ways.
    package var unix: Int64

    package init(monotonic: Int64, unix: Int64) {
        self.monotonic = monotonic
        self.unix = unix
    }
}

package protocol EngineClock: Sendable {
    func now() -> EngineTime
}

/// Where the engine's one thread waits for work.
package protocol Doorbell: Sendable {
    /// Returns after a `ring` since the last return, or after `milliseconds` (nil: waits for a ring alone).
    func wait(milliseconds: Int64?)
    /// From any thread; never blocks.
    func ring()
}
