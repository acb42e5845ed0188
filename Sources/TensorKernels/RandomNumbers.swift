import CTensorKernels

/// Which elements dropout keeps: a function of the key and an element's index.
public struct DropoutMask: Sendable {
    let key: UInt64
    let threshold: UInt32
    let scale: Float

    /// - Parameter probability: of dropping an element, 0 ..< 1.
    public init(probability: Float, key: UInt64) {
        self.key = key
        threshold = UInt32(Double(probability) * 0x1p32)
        scale = 1 / (1 - probability)
    }
}

extension Tensor {
    /// Dropped elements zero, the others scaled by 1 / (1 − probability).
    public func droppedOut(_ mask: DropoutMask) -> Tensor {
        let result = Tensor(uninitialized: shape)
        dropOut(mask, firstIndex: 0, into: result)
        return result
    }

    /// - Parameter firstIndex: index of this tensor's first element in the mask.
    func dropOut(_ mask: DropoutMask, firstIndex: Int, into result: Tensor) {
        withPointers(self, result) {
            graft_dropout($0, $1, count, UInt64(firstIndex), mask.key, mask.threshold, mask.scale)
        }
    }

    /// Uniform numbers in [low, high), element i a function of the key and i.
    public func fillUniform(_ low: Float, _ high: Float, key: UInt64) {
        withPointers(self) { graft_fill_uniform($0, count, key, low, high) }
    }

    /// Normally distributed numbers of mean 0, element i a function of the key and i.
    public func fillNormal(standardDeviation: Float, key: UInt64) {
        withPointers(self) { graft_fill_normal($0, count, key, standardDeviation) }
    }
}
