import DifferentiableTensors
import Foundation
import TensorKernels

/// One job's model as the training loop sees it: what is frozen, what is trained, the loss of a micro-batch.
///
/// A technique is a type that conforms: feature extraction and fine-tuning are one file each, beside this
/// one. It knows nothing of workers, messages or files in flight, and lives in one isolation
/// domain.
public protocol TrainingProgram: AnyObject {
    /// What is trained, in an order that follows from the job alone: gradients are exchanged and checkpoints
    /// are written in it. Names are unique.
    var trainableParameters: [Parameter] { get }

    /// The trained parameters by depth: the lowest layer of the network first, the head last. What is frozen is in no
    /// group; a layer that is frozen is an empty one.
    var layerGroups: [[Parameter]] { get }

    /// Statistics of the trained part that follow the batches, in an order that follows from the job alone:
    /// exchanged and kept in checkpoints like parameters. Names are unique.
    var followingBuffers: [Buffer] { get }

    /// Scalars of the whole model, frozen ones included.
    var parameterCount: Int { get }

    /// What runs once a sample and is then cached; `nil` where everything is trained.
    var frozenPart: FrozenPart? { get }

    /// Classes of the task; of the first one where there are several.
    var classCount: Int { get }

    /// Classes of every task.
    var classCounts: [Int] { get }

    /// Runs samples through the frozen part, without a graph, each at its own length.
    ///
    /// - Throws: `TechniqueError` where samples are not what the model takes.
    /// - Returns: for every sample its features, rows × `frozenPart.width`, whose bits do not depend on which
    ///   other samples are in the call.
    func extractFeatures(_ samples: [SampleInput]) throws -> [Tensor]

    /// Rows of zeros that `extractFeatures` computes beside these samples, so that features do not depend
    /// on the batch.
    func fillerRows(_ samples: [SampleInput]) throws -> Int

    /// The loss of a micro-batch as its share of the step's: the sum over its samples divided by the samples
    /// of the *global* batch, so that the micro-batches' gradients only have to be added up.
    ///
    /// - Parameters:
    ///   - globalBatchCount: samples of the step over all lanes.
    ///   - context: of training; holds the key for dropout.
    func trainingLoss(_ microBatch: MicroBatch, globalBatchCount: Int, context: ForwardContext) throws
        -> Variable

    /// Whether training takes samples of the target domain beside those of the training split.
    var takesTarget: Bool { get }

    /// What a micro-batch adds to a step; `trainingLoss` alone, but where two domains are aligned.
    ///
    /// - Parameters:
    ///   - target: samples of the target domain, whose labels say nothing; `nil`: there are none.
    ///   - progress: part of training that is done, 0 … 1.
    func stepLoss(
        _ microBatch: MicroBatch, target: MicroBatch?, globalBatchCount: Int, progress: Float,
        context: ForwardContext
    ) throws -> StepLoss

    /// What domains are told apart by: the features that the last linear map reads, [samples, width], without dropout.
    /// `nil` where the program has none.
    func alignedFeatures(_ microBatch: MicroBatch) throws -> Tensor?

    /// Logits, predictions and losses, without dropout and without a graph.
    func evaluate(_ microBatch: MicroBatch) throws -> MicroBatchEvaluation

    /// Writes the trained model as a folder that others can load.
    ///
    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - labels: the classes' names.
    ///   - backboneFolder: where the tokenizer's files are copied from.
    /// - Returns: names of the files written.
    func export(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String]

    /// Writes what several tasks share, as a backbone for other jobs.
    ///
    /// - Parameters: as of `export`.
    /// - Throws: `TechniqueError` `.unsupported` where nothing can be shared.
    func exportTrunk(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String]
}

extension TrainingProgram {
    /// One group.
    public var layerGroups: [[Parameter]] { [trainableParameters] }

    public var followingBuffers: [Buffer] { [] }

    public var classCounts: [Int] { [classCount] }

    public var takesTarget: Bool { false }

    public func alignedFeatures(_ microBatch: MicroBatch) throws -> Tensor? { nil }

    public func stepLoss(
        _ microBatch: MicroBatch, target: MicroBatch?, globalBatchCount: Int, progress: Float,
        context: ForwardContext
    ) throws -> StepLoss {
        let loss = try trainingLoss(microBatch, globalBatchCount: globalBatchCount, context: context)
        return StepLoss(total: loss, task: loss)
    }

    public func exportTrunk(to folder: URL, labels: [String], backboneFolder: URL) throws -> [String] {
        throw TechniqueError(.unsupported, "\(type(of: self)) has no trunk that could be exported alone")
    }

    /// Scalars that are trained.
    public var trainableParameterCount: Int { trainableParameters.reduce(0) { $0 + $1.count } }
}

/// What a program computes once for every sample.
public struct FrozenPart: Sendable, Equatable {
    /// Where the network is cut and what is kept there, as "hidden states after layer 4".
    public let cut: String
    /// Columns of a sample's features.
    public let width: Int
    /// Positions of samples that should go through together: enough for large products, few enough for memory.
    public let batchPositions: Int

    /// - Parameter precision: of the linear maps below the cut, part of `cut`'s words, since their bits differ; `nil`:
    ///   Float32.
    public init(
        cut: String, width: Int, batchPositions: Int = 2048, precision: ReducedPrecision? = nil
    ) {
        self.cut = precision.map { "\(cut), in \($0.rawValue)" } ?? cut
        self.width = width
        self.batchPositions = batchPositions
    }
}
