import Testing

@testable import JobReporting

@Suite struct AxisTicksTests {
    @Test(arguments: [0.0...1, 0.41...0.7253, -3...17, 1e-7...3e-7, 0...123_456, 5...5, 0...0, -2 ... -2])
    func marksAreRoundAndHoldTheData(range: ClosedRange<Double>) {
        let ticks = AxisTicks(covering: range)
        #expect(ticks.lowest <= range.lowerBound && ticks.highest >= range.upperBound)
        #expect((2...8).contains(ticks.values.count))
        let labels = ticks.values.map(ticks.label)
        #expect(Set(labels).count == labels.count, "labels must tell marks apart: \(labels)")
        for (value, label) in zip(ticks.values, labels) {
            #expect(abs(Double(label)! - value) <= (ticks.highest - ticks.lowest) * 1e-6)
        }
    }

    @Test func stepsAreCountedInWholeNumbers() {
        let ticks = AxisTicks(covering: 0...3, atMost: 8, wholeNumbers: true)
        #expect(ticks.values == [0, 1, 2, 3])
        #expect(ticks.values.map(ticks.label) == ["0", "1", "2", "3"])
    }

    @Test func zeroHasNoSign() {
        let ticks = AxisTicks(covering: -0.3...0.3)
        #expect(ticks.values.map(ticks.label).filter { Double($0) == 0 }.allSatisfy { !$0.hasPrefix("-") })
    }
}
