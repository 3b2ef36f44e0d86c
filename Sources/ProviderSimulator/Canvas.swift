/// A picture of inks, one byte a pixel.
struct Canvas {
    let width: Int
    let height: Int
    private(set) var pixels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: Ink.background.rawValue, count: width * height)
    }

    /// Fills the part of the rectangle that lies on the canvas.
    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ ink: Ink) {
        for row in max(0, y)..<max(0, min(self.height, y + height), max(0, y)) {
            for column in max(0, x)..<max(0, min(self.width, x + width), max(0, x)) {
                pixels[row * self.width + column] = ink.rawValue
            }
        }
    }

    /// Copies a canvas of the same height that fits at this column.
    mutating func paste(_ other: Canvas, x: Int) {
        guard other.height == height, x >= 0, x + other.width <= width else { return }
        for row in 0..<height {
            let rowStart = row * other.width
            for column in 0..<other.width { pixels[row * width + x + column] = other.pixels[rowStart + column] }
        }
    }

    /// All pixels that are not farther than `radius` from the line between two points.
    mutating func drawLimb(from start: Point, to end: Point, radius: Int, _ ink: Ink) {
        let top = max(0, min(start.y, end.y) - radius)
        let bottom = min(height - 1, max(start.y, end.y) + radius)
        let left = max(0, min(start.x, end.x) - radius)
        let right = min(width - 1, max(start.x, end.x) + radius)
        guard top <= bottom, left <= right else { return }
        for y in top...bottom {
            for x in left...right where Self.isNear(Point(x: x, y: y), start, end, radius: radius) {
                pixels[y * width + x] = ink.rawValue
            }
        }
    }

    private static func isNear(_ point: Point, _ start: Point, _ end: Point, radius: Int) -> Bool {
        let along = Point(x: end.x - start.x, y: end.y - start.y)
        let away = Point(x: point.x - start.x, y: point.y - start.y)
        let length = along.x * along.x + along.y * along.y
        let share = max(0, min(length, away.x * along.x + away.y * along.y))
        guard length > 0 else { return away.x * away.x + away.y * away.y <= radius * radius }
        let x = away.x * length - along.x * share
        let y = away.y * length - along.y * share
        return x * x + y * y <= radius * radius * length * length
    }
}
