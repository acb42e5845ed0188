import Testing

@testable import TrainingJobs

@Suite struct NearestNameTests {
    static let keys = ["epochs", "steps", "batch", "micro_batches", "learning_rate", "weight_decay"]

    @Test(arguments: [
        ("epoch", "epochs"), ("batchs", "batch"), ("micro-batches", "micro_batches"),
        ("learningRate", "learning_rate"),
        ("wieght_decay", "weight_decay"), ("steps", "steps"), ("lr", "learning_rate"),
        ("microbatch", "micro_batches"),
    ])
    func aMisspellingFindsItsName(name: String, meant: String) {
        #expect(NearestName.of(name, among: Self.keys) == meant)
    }

    @Test(arguments: ["", "x", "temperature", String(repeating: "epochs", count: 1_000)])
    func anotherWordFindsNone(name: String) {
        #expect(NearestName.of(name, among: Self.keys) == nil)
    }

    @Test(arguments: [("", "abc", 3), ("abc", "abc", 0), ("ab", "ba", 1), ("kitten", "sitting", 3)])
    func distancesAreThoseOfTheDefinition(first: String, second: String, distance: Int) {
        #expect(NearestName.distance(Array(first), Array(second)) == distance)
    }
}
