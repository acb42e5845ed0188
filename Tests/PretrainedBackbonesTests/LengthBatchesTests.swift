import PretrainedBackbones
import Testing

@Suite struct LengthBatchesTests {
    @Test func everyPlaceOnceLongestFirstWithinTheBudget() {
        let lengths = [3, 9, 1, 30, 9, 2, 8, 8]
        let batches = LengthBatches.batches(lengths: lengths, maximumTokens: 18)
        #expect(batches == [[3], [1, 4], [6, 7], [0, 5, 2]])
        #expect(LengthBatches.batches(lengths: [], maximumTokens: 18).isEmpty)
    }
}
