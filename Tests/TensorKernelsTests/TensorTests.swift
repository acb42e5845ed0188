import Testing

@testable import TensorKernels

@Suite struct TensorTests {
    @Test func viewsShareStorageAndCopiesDoNot() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        let view = tensor.rows(1..<3)
        let copy = view.copy()
        view.fill(0)
        #expect(tensor.scalars == [1, 2, 0, 0, 0, 0])
        #expect(copy.scalars == [3, 4, 5, 6] && copy.shape == [2, 2])
        #expect(tensor.reshaped([6])[1] == 2)
    }

    @Test func countsRowsAndColumns() {
        let tensor = Tensor.zeros([2, 3, 4])
        #expect(tensor.rowCount == 6 && tensor.columnCount == 4 && tensor.count == 24)
        let scalar = Tensor.filled(7, shape: [])
        #expect(scalar.scalar == 7 && scalar.rowCount == 1 && scalar.columnCount == 1)
        #expect(Tensor.zeros([0, 4]).scalars == [])
    }

    @Test func gathersScattersAndConcatenatesRows() {
        let table = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        let rows = table.gatherRows([2, 0, 2])
        #expect(rows.scalars == [5, 6, 1, 2, 5, 6])
        let sums = Tensor.zeros([3, 2])
        sums.scatterAddRows(rows, at: [2, 0, 2])
        #expect(sums.scalars == [1, 2, 0, 0, 10, 12])
        #expect(Tensor.concatenatingRows([table, rows]).shape == [6, 2])
        #expect(Tensor.concatenatingRows([]).count == 0)
    }

    @Test func averagesRuns() {
        let x = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        let means = x.segmentMeans(lengths: [2, 0, 1])
        #expect(means.scalars == [2, 3, 0, 0, 5, 6])
    }

    /// The other direction, that a tensor alone is seen as such, saves a copy but may fail: the optimizer
    /// may keep a reference for longer.
    @Test func sharedStorageIsSeen() {
        var tensor = Tensor.zeros([4])
        let other = tensor.reshaped([2, 2])
        let isUnique = tensor.isUniquelyReferenced()
        #expect(!isUnique)
        #expect(other.count == 4)
    }

    @Test func largestMagnitudeSeesWhatIsNotANumber() {
        #expect(Tensor([1, -3, 2], shape: [3]).maximumMagnitude() == 3)
        #expect(Tensor([1, .nan, 2], shape: [3]).maximumMagnitude().isNaN)
        #expect(Tensor.zeros([0]).maximumMagnitude() == 0)
    }
}
