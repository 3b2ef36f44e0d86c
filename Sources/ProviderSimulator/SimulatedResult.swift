internal import Crypto

/// The picture that a run makes: its colours come from the source, its pose from the pose picture, and two bands of
/// blocks hold both digests bit by bit, so that a mix-up of inputs or of tasks is seen by eye and by compare. Parameters,
/// such as the seed, add a third band: who gives one sees that it arrived.
package struct SimulatedResult: Equatable, Hashable, Sendable {
    package let sourceDigest: [UInt8]
    package let poseDigest: [UInt8]
    /// What the sampler was told beside the pictures, as text by name.
    package let parameters: [String: String]
    package let minimumBytes: Int
    package var format = Format.png
    private var isComparison = false

    /// What kind of file a result is.
    package enum Format: String, CaseIterable, Sendable {
        case png, jpeg

        /// The ending, as the provider's `fileType` has it.
        package var ending: String { self == .png ? "png" : "jpg" }
    }

    package init(
        sourceDigest: [UInt8], poseDigest: [UInt8], parameters: [String: String] = [:], minimumBytes: Int = 0
    ) {
        self.sourceDigest = sourceDigest
        self.poseDigest = poseDigest
        self.parameters = parameters
        self.minimumBytes = minimumBytes
    }

    /// A second output of the same run: a figure that stands for the source, and the result beside it.
    package var comparison: SimulatedResult {
        var comparison = self
        comparison.isComparison = true
        return comparison
    }

    /// The PNG file. Both digests are SHA-256 of the input files; `minimumBytes` pads the file with a chunk that viewers
    /// skip. The same arguments give the same bytes.
    package static func png(
        sourceDigest: [UInt8], poseDigest: [UInt8], parameters: [String: String] = [:], minimumBytes: Int = 0
    ) -> [UInt8] {
        SimulatedResult(
            sourceDigest: sourceDigest, poseDigest: poseDigest, parameters: parameters, minimumBytes: minimumBytes
        ).png
    }

    package var png: [UInt8] { PNGFile(canvas: canvas, palette: palette).bytes(minimum: padded) }

    /// The file in its format.
    package var bytes: [UInt8] {
        switch format {
        case .png: png
        case .jpeg: JPEGFile(canvas: canvas, palette: palette).bytes(minimum: padded)
        }
    }

    private var canvas: Canvas { isComparison ? sideBySide : picture }

    private var palette: [[UInt8]] { Palette(sourceDigest: sourceDigest).colours }

    private var padded: Int { min(minimumBytes, SimulatorLimits.resultBytesMax) }

    private var picture: Canvas {
        var canvas = Canvas(width: Self.width, height: Self.height)
        Figure(poseDigest: poseDigest).draw(on: &canvas)
        if !parameters.isEmpty {
            drawBits(of: parameterDigest, top: Self.height - 3 * Self.bandHeight, ink: .hair, on: &canvas)
        }
        drawBits(of: sourceDigest, top: Self.height - 2 * Self.bandHeight, ink: .sourceBit, on: &canvas)
        drawBits(of: poseDigest, top: Self.height - Self.bandHeight, ink: .poseBit, on: &canvas)
        return canvas
    }

    private var sideBySide: Canvas {
        var source = Canvas(width: Self.width, height: Self.height)
        Figure(poseDigest: sourceDigest).draw(on: &source)
        var both = Canvas(width: 2 * Self.width, height: Self.height)
        both.paste(source, x: 0)
        both.paste(picture, x: Self.width)
        return both
    }

    private var parameterDigest: [UInt8] {
        let lines = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        return Digest.sha256(Array(lines.joined().utf8))
    }

    package static let width = 256
    package static let height = 384
    static let cell = 4
    static let bandHeight = 16

    /// Sixty-four cells in a row, four rows: 256 bits.
    private func drawBits(of digest: [UInt8], top: Int, ink: Ink, on canvas: inout Canvas) {
        canvas.fill(x: 0, y: top, width: Self.width, height: Self.bandHeight, .noBit)
        for (index, byte) in digest.prefix(32).enumerated() {
            for bit in 0..<8 where byte >> (7 - bit) & 1 == 1 {
                let position = index * 8 + bit
                let x = position % 64 * Self.cell
                canvas.fill(x: x, y: top + position / 64 * Self.cell, width: Self.cell, height: Self.cell, ink)
            }
        }
    }
}

/// The colours of a picture by number.
enum Ink: UInt8, CaseIterable {
    case background, floor, skin, shirt, trousers, hair, shoes, noBit, sourceBit, poseBit
}

/// What each ink looks like, from the source's digest. Ranges keep the figure apart from its background.
struct Palette {
    let colours: [[UInt8]]

    init(sourceDigest: [UInt8]) {
        func colour(_ index: Int, from low: UInt8, span: UInt8) -> [UInt8] {
            (0..<3).map { channel in
                let place = index * 3 + channel
                return low + (place < sourceDigest.count ? sourceDigest[place] % span : 0)
            }
        }
        let skin = sourceDigest.last.map { $0 % 120 } ?? 0
        colours = Ink.allCases.map { ink in
            switch ink {
            case .background: colour(0, from: 200, span: 56)
            case .floor: colour(1, from: 140, span: 40)
            case .skin: [120 + skin, 80 + skin, 60 + skin]
            case .shirt: colour(2, from: 20, span: 160)
            case .trousers: colour(3, from: 20, span: 160)
            case .hair: colour(4, from: 10, span: 120)
            case .shoes: colour(5, from: 0, span: 90)
            case .noBit: [250, 250, 250]
            case .sourceBit: [30, 60, 160]
            case .poseBit: [160, 50, 30]
            }
        }
    }
}
