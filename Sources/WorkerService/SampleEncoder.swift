import Tokenization
import TrainingDatasets
import TransferTechniques

/// From what shards hold to what a model takes.
protocol SampleEncoder: Sendable {
    /// All that decides a model's input beside the sample itself: part of what features are cached by.
    var fingerprint: String { get }
    /// Different looks of a training sample that go through a frozen part; `nil` where samples are not varied.
    var viewCount: Int? { get }

    /// Names a view among all that were ever computed: with the seed and how samples are varied.
    func viewName(_ view: Int) -> String

    /// What of a sample stays in memory for the length of the job.
    /// - Throws: `WorkerError` where it is another kind of sample; a damaged sample's own error.
    func hold(_ sample: Sample) throws -> HeldSample

    /// - Parameter view: number of the variation to show; `nil`: the sample as it is.
    func input(_ held: HeldSample, view: Int?) throws -> SampleInput

    /// `SampleInput.positions` of a sample, without making it.
    func positions(of held: HeldSample) -> Int
}

/// A sample in memory: what is small is ready, an image stays the file that it came as.
enum HeldSample {
    case ready(SampleInput)
    case imageFile([UInt8], place: String)
}

/// Texts become token ids once.
struct TextEncoder: SampleEncoder {
    let tokenizer: any Tokenizer
    let maximumLength: Int

    var fingerprint: String { "\(maximumLength) \(tokenizer.fingerprint)" }
    var viewCount: Int? { nil }

    func hold(_ sample: Sample) throws -> HeldSample {
        guard case .text(let text) = sample.payload else { throw sample.unexpected("a text") }
        return .ready(.tokens(tokenizer.encode(text, maximumLength: maximumLength)))
    }

    func input(_ held: HeldSample, view: Int?) throws -> SampleInput { try held.ready() }

    func positions(of held: HeldSample) -> Int { (try? held.ready().positions) ?? 1 }
}

/// Rows of a table go to the model as they are; it standardises them by itself.
struct TableEncoder: SampleEncoder {
    let columnCount: Int

    var fingerprint: String { "\(columnCount) columns" }
    var viewCount: Int? { nil }

    func hold(_ sample: Sample) throws -> HeldSample {
        guard case .numbers(let numbers) = sample.payload, numbers.count == columnCount else {
            throw sample.unexpected("\(columnCount) numbers")
        }
        return .ready(.numbers(numbers))
    }

    func input(_ held: HeldSample, view: Int?) throws -> SampleInput { try held.ready() }

    func positions(of held: HeldSample) -> Int { 1 }
}

extension SampleEncoder {
    func viewName(_ view: Int) -> String { fingerprint }
}

extension HeldSample {
    fileprivate func ready() throws -> SampleInput {
        guard case .ready(let input) = self else {
            throw WorkerError(.badContent, "an image stands where this job's model takes something else")
        }
        return input
    }
}

extension Sample {
    /// - Parameter wanted: what the job's model takes.
    func unexpected(_ wanted: String) -> WorkerError {
        WorkerError(
            .badContent,
            "sample \(index) is not what the job's model takes, which is \(wanted): submit it again")
    }
}
