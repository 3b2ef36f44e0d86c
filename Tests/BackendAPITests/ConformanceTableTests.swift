import BackendConformance
import Testing

@Suite("The table of cases")
struct ConformanceTableTests {
    @Test("numbers are never given twice and go up; titles are told apart; there are at least 60")
    func table() {
        let numbers = ConformanceCase.all.map(\.number)
        #expect(numbers == Set(numbers).sorted())
        #expect(Set(ConformanceCase.all.map(\.title)).count == numbers.count)
        #expect(numbers.count >= 60)
    }

    @Test("every condition is needed by a case, so that none is declared for nothing")
    func conditions() {
        let needed = ConformanceCase.all.reduce(into: Set<Condition>()) { $0.formUnion($1.conditions) }
        #expect(Set(Condition.allCases).subtracting(needed).isEmpty)
    }
}
