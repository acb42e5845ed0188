import Foundation
import Testing
import TestingSupport

@testable import CommandLineInterface

@Suite struct PredictCommandTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("predict") }

    func ending(_ arguments: [String]) -> GraftCommand.Ending? {
        do {
            var command = try GraftCommand.parseAsRoot(["predict", folder.url.path] + arguments)
            try command.run()
            return nil
        } catch {
            return GraftCommand.Ending(of: error)
        }
    }

    @Test(
        arguments: [
            (#"{"architecture": "resnet20"}"#, ["--text", "a"], "a model for images"),
            (#"{"model_type": "mlp"}"#, ["a.csv", "--column", "b"], "a model for tables"),
            (#"{"architecture": "resnet20"}"#, ["a.png"], "input_size"),
            (#"{"model_type": "mlp"}"#, ["a.csv"], "hidden_sizes"),
            (#"{"model_type": "bert", "vocab_size": 2}"#, ["a.csv"], ""), ("[]", ["a.csv"], "config.json"),
        ])
    func whatDoesNotFitTheModelIsNamed(configuration: String, arguments: [String], part: String) throws {
        try folder.write(configuration, to: "config.json")
        let ending = try #require(self.ending(arguments))
        #expect(ending.status == .invalidInput)
        #expect(part.isEmpty || ending.text.contains(part), "\(ending.text)")
    }

    /// The published network on images that it was not trained on, in an archive and as a file.
    @Test(.enabled(if: RealInput.sharedData != nil, "needs ../shared"))
    func imagesAreClassified() throws {
        let data = try #require(RealInput.sharedData)
        let prediction = try ImagePrediction(model: data.appending(path: "weights/resnet20-cifar10"))
        let damaged = try folder.write("no image", to: "damaged.png")
        #expect(throws: (any Error).self) { try prediction.show(files: [damaged.path]) }
        #expect(throws: CommandFailure.self) { try prediction.show(files: ["absent.png"]) }
        #expect(throws: (any Error).self) { try prediction.show(files: [folder.file("absent.tar").path]) }
    }
}
