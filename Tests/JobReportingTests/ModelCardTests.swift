import Testing
import TrainingJobs
import Yams

@testable import JobReporting

@Suite struct ModelCardTests {
    /// The front matter as YAML, and the Markdown after it.
    private func parts(_ report: JobReport) throws -> (front: [String: Any], body: String) {
        let card = ModelCard.render(
            specification: SampleReport.specification, plan: SampleReport.plan, report: report)
        let pieces = card.split(separator: "---\n", maxSplits: 2, omittingEmptySubsequences: false).map(
            String.init)
        try #require(pieces.count == 3 && pieces[0].isEmpty)
        return (try #require(try Yams.load(yaml: pieces[1]) as? [String: Any]), pieces[2])
    }

    @Test func frontMatterIsWhatTheHubReads() throws {
        let front = try parts(SampleReport.report).front
        #expect(front["library_name"] as? String == "transformers")
        #expect(front["pipeline_tag"] as? String == "text-classification")
        #expect((front["tags"] as? [String])?.contains("fine-tuning") == true)

        let model = try #require((front["model-index"] as? [[String: Any]])?.first)
        #expect(model["name"] as? String == "topics | *draft*")
        let result = try #require((model["results"] as? [[String: Any]])?.first)
        #expect((result["task"] as? [String: Any])?["type"] as? String == "text-classification")
        #expect((result["dataset"] as? [String: Any])?["name"] as? String == "topic")
        let metrics = try #require(result["metrics"] as? [[String: Any]])
        #expect(metrics.map { $0["type"] as? String } == ["accuracy", "f1", "f1"])
        #expect(metrics.map { $0["value"] as? Double } == [0.6, 0.3, 0.15])
    }

    @Test func theTargetDomainIsShownWhereThereIsOne() throws {
        var (specification, plan, report) = (
            SampleReport.specification, SampleReport.plan, SampleReport.report
        )
        let plain = ModelCard.render(specification: specification, plan: plan, report: report)
        #expect(!plain.contains("target") && !plain.contains("adaptation"))
        specification.adaptation = AdaptationSpecification(method: .cdan, weight: 0.5)
        specification.tasks[0].target = DataFileSpecification(path: "data/photos.csv", format: .csv)
        (plan.tasks[0].targetCount, plan.tasks[0].targetTestCount) = (4_321, 55)
        report.targetTest = [SampleReport.measures(loss: 1.1, accuracy: 0.4)]
        let card = ModelCard.render(specification: specification, plan: plan, report: report)
        #expect(card.contains("| adaptation | cdan, weight 0.5, discriminator of width 256 |"))
        #expect(card.contains("| topic | target test | 90 | 0.4"))
        #expect(card.contains("| task | files | train | validation | test | target | target test |"))
        #expect(card.contains("photos.csv") && card.contains("| 4,321 | 55 |"))
    }

    @Test func whatTheJobAsksForIsSaid() {
        var specification = SampleReport.specification
        specification.technique.freeze = ["*.LayerNorm"]
        specification.training.labelSmoothing = 0.1
        specification.training.classWeights = .given([LabelWeight(label: "mail", weight: 2)])
        specification.training.layerDecay = 0.9
        specification.training.headEpochs = 2
        specification.training.unfreezeEvery = .steps(50)
        specification.training.averageDecay = 0.999
        specification.training.exchange = .fastBF16
        let plain = ModelCard.regimeRows(SampleReport.specification)
        #expect(plain.isEmpty)
        let rows = ModelCard.regimeRows(specification).map { $0.joined(separator: ": ") }
        #expect(
            rows == [
                #"frozen by name: \*.LayerNorm"#, "label smoothing: 0.1", "class weights: mail 2.0",
                "layer decay: 0.9", "head alone: 2 epochs", "next layer after: 50 steps",
                "average of weights: decay 0.999",
                "gradients: fast, sums in fp32 sent as bf16: the bits depend on the number of workers",
            ])

        specification.technique = TechniqueSpecification(
            kind: .fineTuning, lora: LowRankSpecification(rank: 4, alpha: 8))
        let card = ModelCard.render(
            specification: specification, plan: SampleReport.plan, report: SampleReport.report)
        #expect(card.contains("a new head and low-rank adapters of"))
        #expect(card.contains("| frozen | embeddings and all layers, but for their adapters |"))
        #expect(card.contains("| adapters | rank 4, alpha 8.0, dropout 0.0, on query, value |"))
    }

    @Test(
        arguments: [
            (TaskKind.imageClassification, "image-classification", "graft predict . image.png"),
            (.tableClassification, "tabular-classification", "graft predict . table.csv"),
        ])
    func otherKindsOfTasksAreSaid(kind: TaskKind, tag: String, usage: String) throws {
        var specification = SampleReport.specification
        specification.tasks[0].kind = kind
        specification.tasks[0].augmentation = kind == .imageClassification ? ImageAugmentation(crop: 4) : nil
        let card = ModelCard.render(
            specification: specification, plan: SampleReport.plan, report: SampleReport.report)
        #expect(card.contains("pipeline_tag: \(tag)\n") && card.contains("type: \(tag)\n"))
        #expect(!card.contains("transformers") && card.contains(usage))
        #expect(!card.contains("tokens") && !card.contains("pooling") && !card.contains("embeddings"))
        #expect(card.contains("crop 4, flip false") == (kind == .imageClassification))
    }

    @Test func resultsWithoutATestSplitAreNotClaimed() throws {
        var report = SampleReport.report
        report.test = []
        let (front, body) = try parts(report)
        #expect(front["model-index"] == nil)
        #expect(body.contains("| topic | validation | 90 | 0.6250 |"))
        #expect(!body.contains("| topic | test |"))
    }

    @Test func bodySaysDataSettingsAndCost() throws {
        let body = try parts(SampleReport.report).body
        #expect(body.contains(#"# topics \| \*draft\*"#))
        #expect(body.contains("22,713,216 parameters"))
        #expect(body.contains("| topic | test | 90 | 0.6000 | 0.3000 | 0.1500 | 0.9000 |"))
        #expect(body.contains("| topic | train.csv, test.csv | 12,345 | 678 | 90 |"))
        #expect(body.contains("Labels of topic: games, mail."))
        #expect(body.contains("| frozen | embeddings and the first 4 layers |"))
        #expect(body.contains("| time | 1 min 35 s |"))
        #expect(body.contains("| samples through the frozen part | 60, 40 from the cache |"))
    }

    @Test(
        arguments: [
            (TechniqueKind.featureExtraction, nil, "embeddings and all layers"),
            (.fromScratch, nil, "nothing"),
            (.fineTuning, nil, "embeddings"), (.fineTuning, 1, "embeddings and the first layer"),
            (.fineTuning, .nothing, "nothing"),
        ] as [(TechniqueKind, FrozenLayers?, String)])
    func whatIsFrozenIsSaidTruthfully(kind: TechniqueKind, layers: FrozenLayers?, words: String) {
        var specification = SampleReport.specification
        specification.technique = TechniqueSpecification(kind: kind, frozenLayers: layers)
        let card = ModelCard.render(
            specification: specification, plan: SampleReport.plan, report: SampleReport.report)
        #expect(card.contains("| frozen | \(words) |"))
        #expect(card.contains("all layers of") == (layers == .nothing))
    }

    @Test func aReducedPrecisionIsSaid() {
        var specification = SampleReport.specification
        func card() -> String {
            ModelCard.render(
                specification: specification, plan: SampleReport.plan, report: SampleReport.report)
        }
        #expect(!card().contains("precision"))
        specification.backbone.precision = .bf16
        #expect(card().contains("| frozen part's precision | bf16 in training"))
    }

    @Test func resultsAreThoseOfTheKeptStep() throws {
        var report = SampleReport.report
        report.best = JobReport.Best(step: 100, metric: .accuracy, value: 0.5)
        #expect(try parts(report).body.contains("| topic | validation | 90 | 0.5000 |"))
    }
}
