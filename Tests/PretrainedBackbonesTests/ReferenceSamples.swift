import CheckpointFormats
import TensorKernels
import Testing

extension SafetensorsFile {
    /// Compares sixteen elements, evenly spaced, and the largest of all with what a script kept of a tensor.
    ///
    /// Differences are relative to the last number kept: the largest of all, or what the script put behind it.
    func expectSamples(of tensor: Tensor, _ name: String, tolerance: Float) throws {
        let expected = try self.tensor(named: name).scalars
        try #require(expected.count == 17 || expected.count == 18)
        let bound = tolerance * (expected.last ?? 0)
        for index in 0..<16 {
            let found = tensor[index * (tensor.count - 1) / 15]
            #expect(abs(found - expected[index]) <= bound, "\(name) \(index)")
        }
        #expect(abs(tensor.maximumMagnitude() - expected[16]) <= bound, "\(name)")
    }

    /// Compares all elements, relative to the largest.
    func expectClose(_ tensor: Tensor, _ name: String, tolerance: Float) throws {
        let expected = try self.tensor(named: name)
        try #require(tensor.shape == expected.shape)
        let difference = zip(tensor.scalars, expected.scalars).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= tolerance * expected.maximumMagnitude(), "\(name)")
    }
}
