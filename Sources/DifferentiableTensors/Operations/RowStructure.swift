import TensorKernels

extension Variable {
    /// The same elements under another shape.
    public func reshaped(_ shape: [Int]) -> Variable {
        let original = self.shape
        return Variable(
            recording: value.reshaped(shape), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in slot?.add(upstream.reshaped(original)) })
    }

    /// Entries `range` of the first dimension.
    public func rows(_ range: Range<Int>) -> Variable {
        Variable(
            recording: value.rows(range), inputs: [self],
            pullback: { [slot = gradientSlot] upstream in
                slot?.accumulate { target, adds in
                    if !adds { target.fill(0) }
                    target.rows(range).addInPlace(upstream)
                }
            })
    }

    /// Stacks variables along the first dimension; their other dimensions agree.
    public static func concatenatingRows(_ parts: [Variable]) -> Variable {
        let slots = parts.map(\.gradientSlot)
        let counts = parts.map { $0.shape[0] }
        return Variable(recording: .concatenatingRows(parts.map(\.value)), inputs: parts) { upstream in
            var start = 0
            for (slot, count) in zip(slots, counts) {
                slot?.add(upstream.rows(start..<start + count))
                start += count
            }
        }
    }
}
