import NeuralLayers
import Testing

@Suite struct ParameterPatternTests {
    private static let names = [
        "embeddings.word.weight", "encoder.layer.1.attention.self.query.weight",
        "encoder.layer.1.attention.output.LayerNorm.bias", "encoder.layer.10.output.dense.weight", "weight",
    ]

    @Test(
        arguments: [
            ("embeddings", [0]), ("embeddings.word.weight", [0]), ("embeddings.wor", []),
            ("encoder", [1, 2, 3]),
            ("encoder.layer.1", [1, 2]), ("encoder.layer.1*", [1, 2, 3]), ("encoder.layer.?", [1, 2]),
            ("encoder.layer.??", [3]), ("*.attention", [1, 2]), ("*LayerNorm", [2]), ("*.bias", [2]),
            ("*", [0, 1, 2, 3, 4]), ("**", [0, 1, 2, 3, 4]), ("encoder.*.query", [1]),
            ("encoder.*.dense.*", [3]), ("*.weight", [0, 1, 3]), ("layer.1", []), ("*layer.1", [1, 2]),
            ("", []),
            ("encoder.layer.1.attention.self.query.weight.more", []), ("*e*e*e*e*e*e*e*e*e*", []),
        ] as [(String, [Int])])
    func picksByWholeComponents(pattern: String, expected: [Int]) {
        let found = Self.names.indices.filter { ParameterPattern(pattern).matches(Self.names[$0]) }
        #expect(found == expected)
    }
}
