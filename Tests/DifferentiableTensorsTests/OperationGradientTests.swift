import TensorKernels
import Testing

@testable import DifferentiableTensors

/// Every operation's gradient by finite differences.
@Suite struct OperationGradientTests {
    @Test(arguments: OperationTable.all, InputPlacement.allCases)
    func gradientsAreFiniteDifferences(_ operation: OperationCase, _ placement: InputPlacement) {
        let (inputs, larger) = placement.inputs(of: operation)
        let originals = larger.map { $0.copy() }
        expectGradientsMatch(
            inputs, tolerance: operation.tolerance, gradientFactor: operation.gradientFactor,
            operation.apply)
        for (tensor, original) in zip(larger, originals) { #expect(tensor.isIdentical(to: original)) }
    }

    /// A new operation needs a row in `OperationTable`.
    @Test func everyOperationIsInTheTable() throws {
        let declared = try DeclaredOperations.names()
        let tested = Set(OperationTable.all.map(\.operation))
        #expect(declared.subtracting(tested).isEmpty, "operations without a row")
        #expect(tested.subtracting(declared).isEmpty, "rows without an operation")
    }

    @Test func everyOperationMeetsEmptyInputsAndOneElement() {
        // The mean of nothing is refused.
        let withoutEmpty: Set = ["mean()"]
        // Three columns are the least: queries, keys and values.
        let withoutOne: Set = ["causalSelfAttention(_:layout:headCount:dropout:)"]
        for (name, cases) in Dictionary(grouping: OperationTable.all, by: \.operation) {
            #expect(withoutEmpty.contains(name) || cases.contains(where: \.isEmpty), "\(name) of nothing")
            #expect(
                withoutOne.contains(name) || cases.contains(where: \.hasOneElement), "\(name) of one element")
        }
    }

    @Test func declarationsAreReadFromTheSource() {
        let source = """
            extension Variable {
                public func gelu() -> Variable { activated(.gelu) }
                public static func + (a: Variable, b: Variable) -> Variable {
            }
            public func norm(
                _ x: Variable, by pair: (a: Int, b: [Int])? = nil, epsilon: Float
            ) -> (result: Variable, moments: ColumnMoments) {
            public func losses(_ x: Tensor) -> [Float] {
            private func helper(_ x: Variable) -> Variable {
            """
        #expect(DeclaredOperations.names(in: source) == ["gelu()", "+(a:b:)", "norm(_:by:epsilon:)"])
    }

    @Test func nothingIsRecordedForNoDropout() {
        let x = Variable(randomTensor([3], key: 1), requiresGradient: true)
        #expect(x.dropout(probability: 0, key: RandomKey(seed: 3)) === x)
    }
}
