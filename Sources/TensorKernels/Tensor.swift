/// A dense row-major Float32 array: a reference to storage, a shape and an offset.
///
/// Copies of the value share the storage: functions that write say so (`into:`, `InPlace`, `fill`). A
/// tensor of shape [] holds one element. Seen as a matrix it has `columnCount` = its last dimension and
/// `rowCount` = the product of all others. Tensors stay in one isolation domain.
public struct Tensor {
    public let shape: [Int]
    /// Number of elements.
    public let count: Int
    private(set) var storage: TensorStorage
    let offset: Int

    /// A tensor with undefined contents, for functions that write all of it.
    public init(uninitialized shape: [Int]) {
        self.shape = shape
        count = Self.elementCount(shape)
        storage = TensorStorage(count: count)
        offset = 0
    }

    /// - Parameter scalars: as many as `shape` holds, row by row.
    public init(_ scalars: [Float], shape: [Int]) {
        self.init(uninitialized: shape)
        precondition(scalars.count == count, "\(scalars.count) scalars for shape \(shape)")
        scalars.withUnsafeBufferPointer { source in
            if let address = source.baseAddress { base.update(from: address, count: source.count) }
        }
    }

    private init(storage: TensorStorage, offset: Int, shape: [Int]) {
        self.storage = storage
        self.offset = offset
        self.shape = shape
        count = Self.elementCount(shape)
    }

    public static func zeros(_ shape: [Int]) -> Tensor { filled(0, shape: shape) }

    public static func filled(_ value: Float, shape: [Int]) -> Tensor {
        let tensor = Tensor(uninitialized: shape)
        tensor.fill(value)
        return tensor
    }

    /// Length of the last dimension; 1 for shape [].
    public var columnCount: Int { shape.last ?? 1 }

    /// Product of all dimensions but the last.
    public var rowCount: Int { shape.dropLast().reduce(1, *) }

    /// The elements, copied out, row by row.
    public var scalars: [Float] {
        withPointers(self) { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }

    /// The only element of a tensor with one element.
    public var scalar: Float {
        precondition(count == 1, "scalar of a tensor of shape \(shape)")
        return withPointers(self) { $0[0] }
    }

    /// Element `index` in row-major order.
    public subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count, "element \(index) of \(count)")
            return withPointers(self) { $0[index] }
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "element \(index) of \(count)")
            withPointers(self) { $0[index] = newValue }
        }
    }

    /// The same elements under another shape; shares the storage.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(Self.elementCount(shape) == count, "\(self.shape) cannot become \(shape)")
        return Tensor(storage: storage, offset: offset, shape: shape)
    }

    /// Entries `range` of the first dimension; shares the storage.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range)")
        let stride = shape.dropFirst().reduce(1, *)
        var shape = shape
        shape[0] = range.count
        return Tensor(storage: storage, offset: offset + range.lowerBound * stride, shape: shape)
    }

    /// A tensor of its own with the same elements.
    public func copy() -> Tensor {
        let result = Tensor(uninitialized: shape)
        result.assign(self)
        return result
    }

    /// Whether no other tensor shares the storage, so that writing in place is seen by nobody else.
    package mutating func isUniquelyReferenced() -> Bool { isKnownUniquelyReferenced(&storage) }

    var base: UnsafeMutablePointer<Float> { storage.base + offset }

    static func elementCount(_ shape: [Int]) -> Int {
        var product = 1
        for dimension in shape {
            precondition(dimension >= 0, "negative dimension in \(shape)")
            product *= dimension
        }
        return product
    }
}
