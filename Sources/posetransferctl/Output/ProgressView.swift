import PoseTransferClient

/// What a watcher sees, as a value: events and the time go in, text for the screen comes out.
struct ProgressView {
    enum Style: Equatable {
        /// One line that is drawn again and again, never wider than the terminal.
        case terminal(columns: Int)
        /// One line for each stored event.
        case lines
    }

    private let style: Style
    private var acceptedAt: Int64?
    private var latest: StatusEvent?
    private var isDrawn = false

    init(style: Style) {
        self.style = style
    }

    /// Times are milliseconds since 1970.
    mutating func eventReceived(_ event: StatusEvent, now: Int64) -> String {
        if acceptedAt == nil { acceptedAt = event.atUnixMilliseconds }
        latest = event
        switch style {
        case .terminal(let columns): return draw(columns: columns, now: now)
        case .lines: return event.isTransient ? "" : line(for: event)
        }
    }

    /// Time has passed, and perhaps nothing else: the elapsed time is drawn anew.
    mutating func ticked(now: Int64) -> String {
        guard case .terminal(let columns) = style, latest?.state.isTerminal == false else { return "" }
        return draw(columns: columns, now: now)
    }

    /// Makes room for other text. What comes next draws the line again.
    mutating func cleared() -> String {
        guard isDrawn else { return "" }
        isDrawn = false
        return "\r\u{1B}[K"
    }

    private mutating func draw(columns: Int, now: Int64) -> String {
        guard let latest else { return "" }
        isDrawn = true
        // Where both do not fit, the words say more than the bar.
        let bars = columns >= Self.columnsForBar ? [bar(for: latest, now: now)] : []
        let parts = bars + Self.words(for: latest) + [elapsed(at: now)]
        // The last column stays free: some terminals wrap when it is written.
        let text = (parts + Self.estimate(latest)).joined(separator: "  ").prefix(max(1, columns - 1))
        return "\r\(text)\u{1B}[K"
    }

    private func line(for event: StatusEvent) -> String {
        var parts = [elapsed(at: event.atUnixMilliseconds).padded(to: 8)] + Self.words(for: event)
        if let failure = event.failure { parts.append(failure.reason) }
        if event.dropped > 0 { parts.append("(\(event.dropped) earlier events left out)") }
        if !event.message.isEmpty { parts.append(Self.plain(event.message)) }
        return parts.joined(separator: "  ") + "\n"
    }

    /// Since the task was accepted. Two clocks may differ: what would be negative is nothing.
    private func elapsed(at time: Int64) -> String {
        Elapsed.text(.milliseconds(max(0, time) - max(0, acceptedAt ?? time)))
    }

    private static func words(for event: StatusEvent) -> [String] {
        var words = [event.state.name]
        if let position = event.queuePosition { words.append("place \(position) in the queue") }
        if event.attempt > 1 { words.append("attempt \(event.attempt)") }
        if event.isCancelRequested && !event.state.isTerminal { words.append("cancellation asked for") }
        return words
    }

    private static func estimate(_ event: StatusEvent) -> [String] {
        guard !event.state.isTerminal, let estimate = event.estimate else { return [] }
        return [estimate < .seconds(1) ? "less than 1 s left" : "about \(Elapsed.text(estimate)) left"]
    }

    /// Text from elsewhere must not move the cursor or colour the screen.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : " " }))
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}

extension ProgressView {
    private static let cells = 24
    /// The bar, a percentage, a state and a time.
    private static let columnsForBar = 56

    /// How far a state is on the way, from 0 to 1. Running takes most of it.
    private static func share(of event: StatusEvent) -> Double {
        switch event.state {
        case .queued, .other: 0
        case .uploading: 0.05
        case .submitting: 0.1
        case .running: 0.15 + 0.75 * min(max(event.progress ?? 0, 0), 1)
        case .downloading: 0.95
        case .succeeded, .failed, .cancelled: 1
        }
    }

    private func bar(for event: StatusEvent, now: Int64) -> String {
        let filled = Int(Self.share(of: event) * Double(Self.cells))
        var cells = Array(repeating: Character("#"), count: filled)
        cells += Array(repeating: Character("."), count: Self.cells - filled)
        if event.state == .running && event.progress == nil {
            // The provider tells no progress: a mark that wanders says that something goes on, and not how much is left.
            let free = Self.cells - filled
            cells[filled + Int((max(0, now) / 500) % Int64(free))] = ">"
        }
        let percent = event.state == .running ? event.progress.map { " \(Int($0 * 100))%" } ?? "" : ""
        return "[\(String(cells))]\(percent)"
    }
}
