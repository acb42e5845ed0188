import DifferentiableTensors
import Testing

@testable import PretrainedBackbones

@Suite struct AlignedLayoutTests {
    @Test func sequencesBeginAtMultiples() {
        let aligned = AlignedLayout(SequenceLayout(lengths: [5, 12, 13, 1]), alignment: 12)
        #expect(aligned.layout.lengths == [5, 7, 12, 13, 11, 1, 11])
        #expect(aligned.moves.map(\.source) == [0..<5, 5..<17, 17..<30, 30..<31])
        #expect(aligned.moves.map(\.target) == [0..<5, 12..<24, 24..<37, 48..<49])
        #expect(aligned.fillerRows == 60 - 31)
    }

    @Test func fewRowsAreFilledUp() {
        #expect(AlignedLayout(SequenceLayout(lengths: [5]), alignment: 12).layout.lengths == [5, 7, 12])
        #expect(AlignedLayout(SequenceLayout(lengths: [3, 2]), alignment: 1).layout.lengths == [3, 2, 11])
        #expect(AlignedLayout(SequenceLayout(lengths: [16]), alignment: 1).fillerRows == 0)
    }

    @Test func groupsStayBelowTheLargestProduct() {
        let layout = SequenceLayout(lengths: [Int](repeating: 500, count: 40))
        let groups = AlignedLayout.groups(of: layout, alignment: 12)
        #expect(groups.first == 0..<16 && groups.last == 32..<40)
        #expect(groups.flatMap { Array($0) } == Array(0..<40))
        #expect(AlignedLayout.groups(of: layout, alignment: nil).count == 40)
        #expect(AlignedLayout.groups(of: SequenceLayout(lengths: []), alignment: 1).isEmpty)
    }
}
