import CTensorKernels

extension Tensor {
    /// Whole channels zero, the others scaled by 1 / (1 − probability): element i · channels + c of the mask
    /// decides on channel c of image i.
    /// - Precondition: self is [images, height, width, channels].
    public func channelsDroppedOut(_ mask: DropoutMask) -> Tensor {
        let factors = Tensor.filled(1, shape: [shape[0], columnCount]).droppedOut(mask)
        let result = Tensor(uninitialized: shape)
        let zeros = Tensor.zeros([columnCount])
        for image in 0..<shape[0] {
            let range = image..<image + 1
            withPointers(factors.rows(range), zeros) { factors, zeros in
                withPointers(rows(range), result.rows(range)) {
                    graft_normalize_columns(
                        $0, zeros, factors, zeros, nil, 0, $1, shape[1] * shape[2], columnCount)
                }
            }
        }
        return result
    }

    /// Images [images, height, width, channels] channel by channel: [images, channels · height · width].
    public func flattenedByChannel() -> Tensor {
        precondition(shape.count == 4, "images of shape \(shape)")
        let pixels = shape[1] * shape[2]
        return innerTransposed(
            rows: pixels, columns: shape[3], to: [shape[0], shape[3] * pixels])
    }

    /// What `flattenedByChannel` was given, from its result.
    /// - Parameter shape: [images, height, width, channels].
    public func imagesOfFlattened(shape: [Int]) -> Tensor {
        let pixels = shape[1] * shape[2]
        requireShape([shape[0], shape[3] * pixels], "flattened images")
        return innerTransposed(rows: shape[3], columns: pixels, to: shape)
    }

    /// Each of the first axis's elements as a matrix, transposed.
    private func innerTransposed(rows: Int, columns: Int, to shape: [Int]) -> Tensor {
        let result = Tensor(uninitialized: shape)
        withPointers(self, result) { graft_kernel_to_channels_last($0, $1, shape[0], rows, columns) }
        return result
    }
}
