package import BackendAPI

extension RunCost {
    /// What two runs cost together. An amount that is no plain decimal number, or money in two currencies, has no sum: it is left empty.
    package static func + (left: RunCost, right: RunCost) -> RunCost {
        let isOneCurrency = left.currency == right.currency || left.money.isEmpty || right.money.isEmpty
        return RunCost(
            coins: sum(left.coins, right.coins),
            money: isOneCurrency ? sum(left.money, right.money) : "",
            currency: isOneCurrency ? (left.money.isEmpty ? right.currency : left.currency) : "")
    }

    private static func sum(_ left: String, _ right: String) -> String {
        if left.isEmpty || right.isEmpty { return left.isEmpty ? right : left }
        guard let left = DecimalAmount(left), let right = DecimalAmount(right) else { return "" }
        return (left + right).text
    }
}

/// An amount of up to 18 digits before the point and 18 behind it, exact.
struct DecimalAmount: Equatable {
    private static let digitsMax = 18
    private static let scale: Int128 = 1_000_000_000_000_000_000
    private var units: Int128

    init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.utf8.dropFirst(isNegative ? 1 : 0).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Self.number(parts[0]) else { return nil }
        var fraction: Int128 = 0
        if parts.count == 2 {
            guard let digits = Self.number(parts[1]) else { return nil }
            fraction = (0..<(Self.digitsMax - parts[1].count)).reduce(digits) { number, _ in number * 10 }
        }
        units = (whole * Self.scale + fraction) * (isNegative ? -1 : 1)
    }

    private init(units: Int128) { self.units = units }

    private static func number(_ digits: Substring.UTF8View) -> Int128? {
        guard (1...digitsMax).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return digits.reduce(0) { $0 * 10 + Int128($1 - 0x30) }
    }

    static func + (left: DecimalAmount, right: DecimalAmount) -> DecimalAmount {
        DecimalAmount(units: left.units + right.units)
    }

    /// Without zeros at the end.
    var text: String {
        let magnitude = units.magnitude
        let whole = magnitude / Self.scale.magnitude
        var fraction = String(magnitude % Self.scale.magnitude)
        fraction = String(repeating: "0", count: Self.digitsMax - fraction.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return (units < 0 ? "-" : "") + "\(whole)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
