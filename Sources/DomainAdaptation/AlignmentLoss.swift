import DifferentiableTensors
import TensorKernels

/// What an alignment says of one micro-batch.
public struct AlignmentLoss {
    /// Of shape [], a mean over the micro-batch: the caller weighs it.
    public let loss: Variable
    /// Of how many samples the discriminator told the domain; 0 where there is no discriminator.
    public let correct: Int
    /// How many samples the discriminator judged; 0 where there is no discriminator.
    public let count: Int

    public init(loss: Variable, correct: Int = 0, count: Int = 0) {
        self.loss = loss
        self.correct = correct
        self.count = count
    }

    /// Of a micro-batch without anything to align: zero, as data.
    public static var none: AlignmentLoss { AlignmentLoss(loss: Variable(.zeros([]))) }
}
