import TensorKernels
import Testing

@testable import DifferentiableTensors

@Suite struct ParameterTests {
    @Test func gradientIsAllocatedOnceAndAddedTo() {
        let parameter = Parameter("p", Tensor([1, 2], shape: [2]))
        #expect(parameter.gradientContents == .none)
        #expect(parameter.gradient.scalars == [0, 0])
        let memory = parameter.gradient
        parameter.variable.scaled(by: 2).backward()
        parameter.variable.scaled(by: 3).backward()
        #expect(memory.scalars == [5, 5])
        parameter.clearGradient()
        #expect(parameter.gradient.scalars == [0, 0])
        parameter.variable.scaled(by: 4).backward()
        #expect(memory.scalars == [4, 4])
        #expect(parameter.gradientContents == .all)
    }

    @Test func frozenParameterIsData() {
        let parameter = Parameter("p", .zeros([2]), isTrainable: false)
        #expect(!parameter.variable.requiresGradient)
        parameter.isTrainable = true
        #expect(parameter.variable.requiresGradient)
    }

    @Test func lookupTouchesItsRowsOnly() {
        let table = Parameter("table", randomTensor([6, 2], key: 1))
        // What an earlier step left must not shine through.
        table.variable.backward()
        table.clearGradient()
        embeddingLookup(table.variable, indices: [4, 1, 4]).backward()
        #expect(table.gradientContents == .rows([1, 4]))
        #expect(table.gradient.scalars == [0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0])
        table.clearGradient()
        embeddingLookup(table.variable, indices: [0]).backward()
        #expect(table.gradientContents == .rows([0]))
        #expect(table.gradient.scalars == [1, 1] + Array(repeating: 0, count: 10))
        table.variable.scaled(by: 2).backward()
        #expect(table.gradientContents == .all)
        #expect(table.gradient.scalars == [3, 3] + Array(repeating: 2, count: 10))
    }

    @Test func gradientCanBeSetFromOutside() {
        let parameter = Parameter("p", .zeros([3]))
        parameter.variable.backward()
        parameter.setGradient { $0.fill(9) }
        #expect(parameter.gradient.scalars == [9, 9, 9])
        #expect(parameter.gradientContents == .all)
    }

    @Test func gradientMayLieInMemoryThatOthersWriteTo() {
        let (table, memory) = (
            Parameter("table", randomTensor([3, 2], key: 1)), Tensor.filled(7, shape: [6])
        )
        table.placeGradient(in: memory)
        embeddingLookup(table.variable, indices: [1]).backward()
        #expect(memory.scalars == [0, 0, 1, 1, 0, 0])
        table.clearGradient()
        memory.fill(5)
        table.setGradient { _ in }
        #expect(table.gradient.scalars == Array(repeating: 5, count: 6))
        table.clearGradient()
        embeddingLookup(table.variable, indices: [2]).backward()
        #expect(memory.scalars == [0, 0, 0, 0, 1, 1])
    }

    @Test func aCompleteGradientTakesOthersWhereItLies() {
        let table = Parameter("table", randomTensor([3, 2], key: 1))
        let memory = Tensor.filled(7, shape: [6])
        table.placeGradient(in: memory)
        embeddingLookup(table.variable, indices: [1]).backward()
        table.completeGradient()
        #expect(memory.scalars == [0, 0, 1, 1, 0, 0])
        memory.addInPlace(.filled(2, shape: [6]))
        // What was written stays, in the touched row too.
        table.setGradient { _ in }
        #expect(table.gradient.scalars == [2, 2, 3, 3, 2, 2])
        table.clearGradient()
        table.completeGradient()
        #expect(table.gradient.scalars == Array(repeating: 0, count: 6))
    }

    @Test func quantizationTakesWhatIsThere() throws {
        let table = Parameter("table", randomTensor([6, 2], key: 1))
        let accumulator = FixedPointAccumulator(segmentCounts: [3, 12])
        func result() throws -> [Float] {
            try accumulator.finish(0..<15)
            return accumulator.result(segment: 1, shape: [12]).scalars
        }
        accumulator.add(gradientOf: table, segment: 1)
        #expect(try result() == Array(repeating: 0, count: 12))
        embeddingLookup(table.variable, indices: [2]).backward()
        accumulator.add(gradientOf: table, segment: 1)
        #expect(try result() == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
        table.clearGradient()
        table.variable.backward()
        accumulator.add(gradientOf: table, segment: 1)
        #expect(try result() == [1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1])
    }

    @Test func productsMayBeKept() {
        let weight = Parameter("weight", randomTensor([4, 3], key: 1))
        let x = Variable(randomTensor([5, 3], key: 2))
        linear(x, weight: weight.variable).backward()
        let gradient = weight.gradient.copy()
        weight.clearGradient()
        weight.keepsProducts = true
        linear(x, weight: weight.variable).backward()
        weight.keepsProducts = false
        #expect(weight.gradientContents == .none)
        let products = weight.takeProducts()
        #expect(products.count == 1)
        #expect(weight.takeProducts().isEmpty)
        let computed = Tensor(uninitialized: [4, 3])
        products[0].compute(into: computed, adds: false)
        #expect(computed.scalars == gradient.scalars)
    }

    @Test func contextDecidesOnGraphAndDropout() {
        let parameter = Parameter("p", .zeros([3]))
        #expect(!ForwardContext.evaluation.variable(parameter).requiresGradient)
        let context = ForwardContext.training(seed: 1, step: 2, microBatch: 3)
        #expect(context.variable(parameter).requiresGradient)
        let again = ForwardContext.training(seed: 1, step: 2, microBatch: 3)
        let keys = [context.nextKey(), context.nextKey()]
        #expect(keys == [again.nextKey(), again.nextKey()])
        #expect(keys[0] != keys[1])
        #expect(ForwardContext.training(seed: 1, step: 2, microBatch: 4).nextKey() != keys[0])
        #expect(ForwardContext.training(seed: 1, step: 3, microBatch: 2).nextKey() != keys[0])
    }

    @Test func derivedKeysDiffer() {
        let key = RandomKey(seed: 0)
        let keys = (0..<1000).map { key.derived(UInt64($0)) } + ["a", "b", "ab"].map { key.derived($0) }
        #expect(Set(keys).count == keys.count)
        // Fixed for ever: models depend on it.
        #expect(key.derived(1).derived("x").bits == 10_954_120_924_804_033_614)
    }
}
