import DifferentiableTensors
import NeuralLayers
import TaskHeads
import TensorKernels
import Testing

@Suite struct ClassificationHeadTests {
    private let layout = SequenceLayout(lengths: [2, 1, 3])
    private let hidden = Tensor(
        (0..<24).map { Float(($0 * 7) % 11) - 4 + Float($0 % 5) / 8 }, shape: [6, 4])

    private func head(_ pooling: ClassificationHead.Pooling, _ kind: ClassificationHead.Kind)
        -> ClassificationHead
    {
        let head = ClassificationHead(pooling: pooling, kind: kind, hiddenSize: 4, labelCount: 3, dropout: 0)
        head.initialize(seed: 5, standardDeviation: 0.5)
        return head
    }

    /// The pooled rows by their definition, in double precision.
    private func expectedRows(_ pooling: ClassificationHead.Pooling, _ kind: ClassificationHead.Kind)
        -> [Double]
    {
        let values = hidden.scalars.map(Double.init)
        return (0..<layout.count).flatMap { sequence -> [Double] in
            let all = layout.rows(sequence)
            let rows =
                switch pooling {
                case .mean: all
                case .cls: all.lowerBound..<all.lowerBound + 1
                case .last: all.upperBound - 1..<all.upperBound
                }
            let row = (0..<4).map { column in
                rows.reduce(0) { $0 + values[$1 * 4 + column] } / Double(rows.count)
            }
            guard pooling == .mean || kind == .linear else { return row }
            let mean = row.reduce(0, +) / 4
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
            return row.map { ($0 - mean) / (variance + 1e-12).squareRoot() }
        }
    }

    @Test(arguments: ClassificationHead.Pooling.allCases, ClassificationHead.Kind.allCases)
    func poolsAsDefined(pooling: ClassificationHead.Pooling, kind: ClassificationHead.Kind) {
        let pooled = head(pooling, kind).pool(Variable(hidden), layout: layout)
        #expect(pooled.shape == [3, 4])
        for (got, wanted) in zip(pooled.value.scalars, expectedRows(pooling, kind)) {
            #expect(abs(Double(got) - wanted) < 1e-5)
        }
    }

    @Test(arguments: ClassificationHead.Pooling.allCases, ClassificationHead.Kind.allCases)
    func poolingAndScoringApartEqualsBoth(pooling: ClassificationHead.Pooling, kind: ClassificationHead.Kind)
    {
        let head = head(pooling, kind)
        let pooled = head.pool(Variable(hidden), layout: layout)
        let apart = head.logits(Variable(pooled.value), context: .evaluation)
        let whole = head(Variable(hidden), layout: layout, context: .evaluation)
        #expect(apart.shape == [3, 3])
        #expect(apart.value.isIdentical(to: whole.value))
    }

    @Test func linearHeadsMultiplyAndAdd() {
        let head = head(.mean, .linear)
        head.classifier.weight.value.assign(Tensor([1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, -1], shape: [3, 4]))
        head.classifier.bias?.value.assign(Tensor([10, 20, 30], shape: [3]))
        let logits = head.logits(Variable(Tensor([1, 2, 3, 4], shape: [1, 4])), context: .evaluation)
        #expect(logits.value.scalars == [11, 24, 26])
    }

    @Test func parametersAreNamedAsInTransformers() {
        #expect(head(.mean, .linear).parameters.map(\.name) == ["classifier.weight", "classifier.bias"])
        #expect(
            head(.cls, .mlp).parameters.map(\.name) == [
                "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias",
            ])
    }

    @Test func seedDecidesTheWeights() {
        let a = head(.cls, .mlp)
        let b = head(.cls, .mlp)
        let c = head(.cls, .mlp)
        c.initialize(seed: 6, standardDeviation: 0.5)
        #expect(zip(a.parameters, b.parameters).allSatisfy { $0.value.isIdentical(to: $1.value) })
        #expect(!a.classifier.weight.value.isIdentical(to: c.classifier.weight.value))
    }

    /// Gradients reach the backbone's rows and every parameter; checked by differences of the loss.
    @Test(arguments: ClassificationHead.Pooling.allCases, ClassificationHead.Kind.allCases)
    func gradients(pooling: ClassificationHead.Pooling, kind: ClassificationHead.Kind) {
        let head = head(pooling, kind)
        let labels = [2, 0, 1]
        let input = Variable(hidden.copy(), requiresGradient: true)
        let context = ForwardContext.training(seed: 1, step: 0, microBatch: 0)
        func loss(_ input: Variable) -> Variable {
            crossEntropy(head(input, layout: layout, context: context), labels: labels)
        }
        loss(input).backward()
        let places =
            [(input.value, input.gradient)] + head.parameters.map { ($0.value, Optional($0.gradient)) }
        for (value, gradient) in places {
            let analytic = gradient?.scalars ?? []
            for index in stride(from: 0, to: value.count, by: 3) {
                let original = value[index]
                value[index] = original + 0.01
                let above = loss(Variable(input.value)).value.scalar
                value[index] = original - 0.01
                let below = loss(Variable(input.value)).value.scalar
                value[index] = original
                #expect(abs((above - below) / 0.02 - analytic[index]) < 2e-3 * max(1, abs(analytic[index])))
            }
        }
    }
}
