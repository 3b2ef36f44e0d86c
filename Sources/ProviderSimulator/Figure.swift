/// A person made of limbs whose angles come from the pose picture's digest. Whole numbers only: the same bytes everywhere.
struct Figure {
    private let digest: [UInt8]

    init(poseDigest: [UInt8]) { digest = poseDigest }

    func draw(on canvas: inout Canvas) {
        canvas.fill(x: 0, y: 310, width: canvas.width, height: 74, .floor)
        let hip = Point(x: 128 + swing(0, within: 20), y: 200)
        let neck = hip.moved(angle: Angle.up + swing(1, within: 5), distance: 85)
        drawLeg(from: hip.moved(angle: Angle.right, distance: 14), first: 2, side: -1, on: &canvas)
        drawLeg(from: hip.moved(angle: Angle.right, distance: -14), first: 4, side: 1, on: &canvas)
        canvas.drawLimb(from: hip, to: neck, radius: 24, .shirt)
        drawArm(from: neck.moved(angle: Angle.right, distance: 22), first: 6, side: -1, on: &canvas)
        drawArm(from: neck.moved(angle: Angle.right, distance: -22), first: 8, side: 1, on: &canvas)
        drawHead(above: neck, on: &canvas)
    }

    private func drawHead(above neck: Point, on canvas: inout Canvas) {
        let angle = Angle.up + swing(10, within: 6)
        let centre = neck.moved(angle: angle, distance: 44)
        canvas.drawLimb(from: neck, to: centre, radius: 9, .skin)
        canvas.drawLimb(from: centre.moved(angle: angle, distance: 7), to: centre, radius: 25, .hair)
        canvas.drawLimb(from: centre.moved(angle: angle, distance: -5), to: centre, radius: 20, .skin)
    }

    private func drawLeg(from hip: Point, first: Int, side: Int, on canvas: inout Canvas) {
        let thigh = Angle.down + side * (2 + spread(first, within: 8))
        let knee = hip.moved(angle: thigh, distance: 58)
        let ankle = knee.moved(angle: Angle.down + swing(first + 1, within: 7), distance: 54)
        canvas.drawLimb(from: hip, to: knee, radius: 13, .trousers)
        canvas.drawLimb(from: knee, to: ankle, radius: 11, .trousers)
        canvas.drawLimb(from: ankle, to: ankle.moved(angle: Angle.right, distance: -side * 14), radius: 9, .shoes)
    }

    private func drawArm(from shoulder: Point, first: Int, side: Int, on canvas: inout Canvas) {
        let upper = Angle.down + side * spread(first, within: 28)
        let elbow = shoulder.moved(angle: upper, distance: 46)
        let hand = elbow.moved(angle: upper + swing(first + 1, within: 14), distance: 44)
        canvas.drawLimb(from: shoulder, to: elbow, radius: 10, .shirt)
        canvas.drawLimb(from: elbow, to: hand, radius: 8, .skin)
        canvas.drawLimb(from: hand, to: hand, radius: 11, .skin)
    }

    /// -limit ... limit, by one byte of the digest.
    private func swing(_ index: Int, within limit: Int) -> Int { byte(index) % (2 * limit + 1) - limit }

    /// 0 ... limit, by one byte of the digest.
    private func spread(_ index: Int, within limit: Int) -> Int { byte(index) % (limit + 1) }

    private func byte(_ index: Int) -> Int { index < digest.count ? Int(digest[index]) : 0 }
}

/// Angles in sixty-fourths of a turn, clockwise from the right.
enum Angle {
    static let right = 0
    static let down = 16
    static let up = 48

    /// 4096 times the sine of the first quarter.
    private static let quarter = [
        0, 401, 799, 1189, 1567, 1931, 2276, 2598, 2896, 3166, 3406, 3612, 3784, 3920, 4017, 4076, 4096,
    ]
    static let unit = 4096

    static func sine(_ angle: Int) -> Int {
        let turn = ((angle % 64) + 64) % 64
        switch turn {
        case 0...16: return quarter[turn]
        case 17...32: return quarter[32 - turn]
        case 33...48: return -quarter[turn - 32]
        default: return -quarter[64 - turn]
        }
    }

    static func cosine(_ angle: Int) -> Int { sine(angle + 16) }
}

struct Point: Equatable {
    var x: Int
    var y: Int

    func moved(angle: Int, distance: Int) -> Point {
        Point(
            x: x + Angle.cosine(angle) * distance / Angle.unit, y: y + Angle.sine(angle) * distance / Angle.unit)
    }
}
