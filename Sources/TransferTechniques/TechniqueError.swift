/// Why a job's model cannot be built, trained or restored.
public struct TechniqueError: Error, Sendable, CustomStringConvertible {
    /// A kind of failure. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }

        /// The job asks for something that this model or this release does not have.
        public static let unsupported = Code("unsupported")
        /// The loss or a gradient is not a number, or infinite.
        public static let notFinite = Code("nan_loss")
        /// Gradients do not fit the fixed-point range, however it is scaled.
        public static let gradientOverflow = Code("gradient_overflow")
        /// A checkpoint that is not this job's.
        public static let badCheckpoint = Code("bad_checkpoint")
        /// A micro-batch in a form that the program does not take.
        public static let badMicroBatch = Code("bad_micro_batch")
    }

    public let code: Code
    public let message: String
    /// The parameter, step or tensor concerned; may be empty.
    public let context: String

    public var description: String { message }

    public init(_ code: Code, _ message: String, context: String = "") {
        self.code = code
        self.message = message
        self.context = context
    }
}
