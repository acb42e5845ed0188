import TensorKernels

extension Tensor {
    /// Refuses features that nothing can be measured by.
    /// - Parameter subject: whose they are, for the message.
    func requireFeatures(of subject: String, samples: Int, columns: Int) throws {
        guard shape.count == 2, shape[1] >= columns else {
            throw DomainAdaptationError(
                .wrongShape,
                "\(subject) features of shape \(shape): give a matrix of samples × features, at least \(columns) wide",
                subject: subject)
        }
        guard shape[0] >= samples else {
            throw DomainAdaptationError(
                .tooFewSamples,
                "\(shape[0]) \(subject) samples: it takes at least \(samples)", subject: subject)
        }
        guard maximumMagnitude().isFinite else {
            throw DomainAdaptationError(
                .notFinite,
                "\(subject) features hold something infinite or not a number: look for a diverged model",
                subject: subject)
        }
    }
}
