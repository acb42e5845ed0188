import DifferentiableTensors
import TensorKernels

/// A layout in which every sequence begins at a multiple of an alignment: zeros stand behind it, as a
/// sequence of their own, so that no token attends to them.
struct AlignedLayout {
    let layout: SequenceLayout
    /// From a sequence's rows in the plain layout to its rows in this one.
    private(set) var moves: [(source: Range<Int>, target: Range<Int>)] = []
    let fillerRows: Int

    /// - Parameter alignment: `nil` counts as 1.
    init(_ plain: SequenceLayout, alignment: Int?) {
        let alignment = alignment ?? 1
        var lengths: [Int] = []
        var end = 0
        for index in 0..<plain.count {
            let length = plain.lengths[index]
            moves.append((plain.rows(index), end..<end + length))
            lengths.append(length)
            end += length
            Self.fill(&lengths, &end, to: Self.roundedUp(end, alignment))
        }
        Self.fill(&lengths, &end, to: Self.roundedUp(max(end, RowAlignment.minimumRows), alignment))
        layout = SequenceLayout(lengths: lengths)
        fillerRows = end - plain.tokenCount
    }

    /// Runs of sequences that go through the frozen part together: each by itself without an alignment, else
    /// up to the rows that a product may have.
    static func groups(of layout: SequenceLayout, alignment: Int?) -> [Range<Int>] {
        guard let alignment else { return (0..<layout.count).map { $0..<$0 + 1 } }
        var groups: [Range<Int>] = []
        var start = 0
        var rows = 0
        for index in 0..<layout.count {
            let length = roundedUp(layout.lengths[index], alignment)
            if rows > 0, rows + length > RowAlignment.maximumRows {
                groups.append(start..<index)
                (start, rows) = (index, 0)
            }
            rows += length
        }
        return start < layout.count ? groups + [start..<layout.count] : groups
    }

    /// What layers make of the rows of some samples, each sample's the same bits in any company.
    /// - Parameters:
    ///   - rows: [tokens, columns], as `plain` says.
    ///   - layers: as many rows as they are given.
    static func run(
        _ rows: Tensor, _ plain: SequenceLayout, alignment: Int?,
        through layers: (_ rows: Variable, _ layout: SequenceLayout) -> Variable
    ) -> Tensor {
        let aligned = AlignedLayout(plain, alignment: alignment)
        guard aligned.fillerRows > 0 else { return layers(Variable(rows), plain).value }
        let spread = Tensor.zeros([aligned.layout.tokenCount, rows.columnCount])
        for (source, target) in aligned.moves { spread.rows(target).assign(rows.rows(source)) }
        let hidden = layers(Variable(spread), aligned.layout).value
        let result = Tensor(uninitialized: [plain.tokenCount, hidden.columnCount])
        for (source, target) in aligned.moves { result.rows(source).assign(hidden.rows(target)) }
        return result
    }

    private static func fill(_ lengths: inout [Int], _ end: inout Int, to target: Int) {
        guard target > end else { return }
        lengths.append(target - end)
        end = target
    }

    private static func roundedUp(_ value: Int, _ alignment: Int) -> Int {
        (value + alignment - 1) / alignment * alignment
    }
}
