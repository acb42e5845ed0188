import Foundation
import Testing

@testable import TrainingJobs

/// A job file with everything in it.
let fullJob = """
    name: sst2
    seed: 18446744073709551615
    backbone:
      folder: ../models/minilm
      maximum_length: 64
    technique:
      kind: fine-tuning
      frozen_layers: 4
      head: mlp
      pooling: cls
      dropout: 0.2
    tasks:
      - name: sentiment
        kind: text-classification
        train: {path: train.tsv, limit: 100}
        validation: {path: dev.txt, format: tsv}
        test: test.jsonl
        text: sentence
        label: class
        metric: macro-f1
    training:
      steps: 200
      batch: 24
      micro_batches: 6
      optimizer: {kind: sgd, learning_rate: 1e-2, weight_decay: 0, momentum: 0.5}
      schedule: {kind: cosine, warmup: 0.05}
      gradient_clipping: none
      early_stopping: {patience: 3, minimum_improvement: 0.001}
      keep: last
      evaluate_every: 20
    workers: {minimum: 2, maximum: 4}
    """

let smallJob = """
    name: small
    backbone: model
    technique: feature-extraction
    tasks:
      - {name: topic, train: a.csv, validation: b.csv}
    """

func decode(_ text: String) throws -> JobDocument {
    try JobFileReader.decode(text, name: "job.yaml", url: URL(fileURLWithPath: "/jobs/job.yaml"))
}

/// The problems of a job file that must have some.
func problems(_ text: String) -> [JobProblem] {
    do {
        _ = try decode(text)
        return []
    } catch let error as JobError {
        return error.problems
    } catch {
        Issue.record("\(error)")
        return []
    }
}

@Suite struct JobFileReaderTests {
    @Test func nothingMayBeFrozen() throws {
        let text = fullJob.replacing("frozen_layers: 4", with: "frozen_layers: none")
        let job = try decode(text).specification
        #expect(job.technique.frozenLayers == .nothing)
        let json = try CanonicalJSON.encode(job)
        #expect(json.contains(#""frozenLayers":"none""#))
        #expect(try CanonicalJSON.decode(JobSpecification.self, from: json) == job)
        var through = job
        through.technique.frozenLayers = .through("layer2")
        let named = try CanonicalJSON.encode(through)
        #expect(try CanonicalJSON.decode(JobSpecification.self, from: named) == through)
        #expect(named.contains(#""frozenLayers":"layer2""#))
        let four = try CanonicalJSON.encode(decode(fullJob).specification)
        #expect(four.contains(#""frozenLayers":4"#))
        #expect(throws: JobError.self) {
            try CanonicalJSON.decode(
                JobSpecification.self, from: json.replacing(#""none""#, with: "[]"))
        }
    }

    @Test func everyValueIsRead() throws {
        let job = try decode(fullJob).specification
        #expect(job.seed == UInt64.max)
        #expect(job.backbone == BackboneSpecification(folder: "../models/minilm", maximumLength: 64))
        #expect(
            job.technique
                == TechniqueSpecification(
                    kind: .fineTuning, frozenLayers: 4, head: .mlp, pooling: .cls, dropout: 0.2))
        #expect(
            job.tasks == [
                TaskSpecification(
                    name: "sentiment",
                    train: DataFileSpecification(path: "train.tsv", format: .tsv, limit: 100),
                    validation: DataFileSpecification(path: "dev.txt", format: .tsv),
                    test: DataFileSpecification(path: "test.jsonl", format: .jsonl), textColumn: "sentence",
                    labelColumn: "class", metric: .macroF1)
            ])
        #expect(
            job.training
                == TrainingSpecification(
                    epochs: nil, steps: 200, batch: 24, microBatches: 6,
                    optimizer: OptimizerSpecification(
                        kind: .sgd, learningRate: 1e-2, weightDecay: 0, momentum: 0.5),
                    schedule: ScheduleSpecification(kind: .cosine, warmup: 0.05), gradientClipping: nil,
                    earlyStopping: EarlyStoppingSpecification(patience: 3, minimumImprovement: 0.001),
                    keep: .last, evaluateEvery: 20))
        #expect(job.workers == WorkerRange(minimum: 2, maximum: 4))
    }

    @Test func classWeightsAreReadAndWritten() throws {
        let balanced = try decode(smallJob + "\ntraining: {label_smoothing: 0.1, class_weights: balanced}")
        #expect(balanced.specification.training.classWeights == .balanced)
        #expect(balanced.specification.training.labelSmoothing == 0.1)
        let given = try decode(smallJob + "\ntraining: {class_weights: {rare: 5, \"no\": 0.5}}")
        #expect(
            given.specification.training.classWeights
                == .given([LabelWeight(label: "rare", weight: 5), LabelWeight(label: "no", weight: 0.5)]))
        for job in [balanced.specification, given.specification] {
            let json = try CanonicalJSON.encode(job)
            #expect(try CanonicalJSON.decode(JobSpecification.self, from: json) == job)
        }
    }

    @Test(arguments: GradientExchange.allCases)
    func theExchangeIsReadAndWritten(exchange: GradientExchange) throws {
        let job = try decode(smallJob + "\ntraining: {exchange: \(exchange.rawValue)}").specification
        #expect(job.training.exchange == exchange)
        #expect(try CanonicalJSON.decode(JobSpecification.self, from: try CanonicalJSON.encode(job)) == job)
        #expect(try decode(smallJob).specification.training.exchange == nil)
    }

    @Test(arguments: ["fp32", "Fast", "fast-fp16", "true", "[fast]"])
    func anotherExchangeIsRefused(value: String) {
        let found = problems(smallJob + "\ntraining: {exchange: \(value)}")
        #expect(found.map(\.keyPath) == ["training.exchange"])
        #expect(found.first?.message.contains("exact, fast, fast-bf16") == true)
    }

    @Test(arguments: ["freeze: embeddings", "freeze: [embeddings, \"*.LayerNorm\"]"])
    func partsAreFrozenByName(key: String) throws {
        let job = try decode(fullJob.replacing("frozen_layers: 4", with: key)).specification
        #expect(job.technique.frozenLayers == nil)
        #expect(job.technique.freeze == (key.contains("[") ? ["embeddings", "*.LayerNorm"] : ["embeddings"]))
        #expect(
            try CanonicalJSON.decode(JobSpecification.self, from: CanonicalJSON.encode(job)) == job)
    }

    @Test(
        arguments: [
            ("2", .epochs(2)), ("{epochs: 3}", .epochs(3)), ("{steps: 100}", .steps(100)),
        ] as [(String, UnfreezeInterval)])
    func layersAreUnfrozenByAndBy(value: String, interval: UnfreezeInterval) throws {
        let text = fullJob.replacing("steps: 200", with: "head_epochs: 2\n  unfreeze_every: \(value)")
        let job = try decode(text).specification
        #expect(job.training.headEpochs == 2)
        #expect(job.training.unfreezeEvery == interval)
        #expect(
            try CanonicalJSON.decode(JobSpecification.self, from: CanonicalJSON.encode(job)) == job)
    }

    @Test func adaptersHaveDefaults() throws {
        func lora(_ text: String) throws -> LowRankSpecification? {
            let job = try decode(fullJob.replacing("dropout: 0.2", with: "lora: \(text)")).specification
            #expect(
                try CanonicalJSON.decode(JobSpecification.self, from: CanonicalJSON.encode(job)) == job)
            return job.technique.lora
        }
        #expect(try lora("{}") == LowRankSpecification())
        #expect(try lora("{rank: 4}") == LowRankSpecification(rank: 4, alpha: 8))
        #expect(
            try lora("{rank: 4, alpha: 4, dropout: 0.1, targets: [query, output.dense]}")
                == LowRankSpecification(rank: 4, alpha: 4, dropout: 0.1, targets: ["query", "output.dense"]))
    }

    @Test func defaultsFillWhatIsNotSaid() throws {
        let job = try decode(smallJob).specification
        #expect(job.training == TrainingSpecification())
        #expect(job.workers == WorkerRange())
        #expect(job.tasks[0].validation?.format == .csv)
    }

    @Test func withoutValidationTheLastCheckpointIsKept() throws {
        let job = try decode(smallJob.replacingOccurrences(of: ", validation: b.csv", with: "")).specification
        #expect(job.training.keep == .last)
    }

    @Test func placesAreKnownByKeyPath() throws {
        let document = try decode(fullJob)
        #expect(
            document.location(of: "training.batch") == SourceLocation(file: "job.yaml", line: 23, column: 10))
        #expect(document.location(of: "tasks[0].train.limit")?.line == 15)
        // A key that is not in the file is looked for where it would stand.
        #expect(document.location(of: "tasks[0].validation_fraction")?.line == 13)
        #expect(document.folder.path == "/jobs")
    }

    @Test func allProblemsComeAtOnceInTheFilesOrder() {
        let found = problems(
            """
            name: a job
            seed: -1
            backbone: {folder: model, max_length: 12}
            technique: {kind: fine-tunning, frozen_layers: 2.5}
            tasks:
              - {name: topic, train: data.parquet, metric: acuracy}
            training:
              batch: 30
              epochs: 0
              micro_batches: 8
            workers: [1]
            """)
        #expect(
            found.map(\.keyPath) == [
                "name", "seed", "backbone.max_length", "technique.kind", "technique.frozen_layers",
                "tasks[0].train",
                "tasks[0].metric", "training.batch", "training.epochs", "workers",
            ])
        #expect(found.map { $0.location?.line } == [1, 2, 3, 4, 4, 6, 6, 8, 9, 11])
        #expect(found[2].message.contains("Did you mean maximum_length?"))
        #expect(found[3].message.contains("permitted: feature-extraction, fine-tuning, from-scratch"))
        #expect(found[3].message.contains("Did you mean fine-tuning?"))
        #expect(found[4].message.contains("\"2.5\""))
        #expect(found[7].message.contains("Try 24 or 32."))
        #expect(
            found[4].description.hasPrefix("job.yaml:4:48: error: technique.frozen_layers: Found \"2.5\""))
    }

    /// One change to the small job, the key path at fault and a part of the message.
    @Test(
        arguments: [
            ("name: small", "name: ../up", "name", "permitted"),
            ("name: small", "name: .hidden", "name", "the first a letter"),
            ("name: small", "nam: small", "nam", "Did you mean name?"),
            ("name: small", "name:", "name", "no value"),
            ("backbone: model", "backbone: {maximum_length: 2}", "backbone.folder", "required"),
            (
                "backbone: model", "backbone: {folder: m, maximum_length: 2}", "backbone.maximum_length",
                "Found 2"
            ),
            (
                "backbone: model", "backbone: {folder: m, maximum_length: \"9\"}", "backbone.maximum_length",
                "the text"
            ),
            (
                "backbone: model", "backbone: {folder: m, precision: fp16}", "backbone.precision",
                "fp32, bf16, int8"
            ),
            (
                "backbone: model\ntechnique: feature-extraction",
                "backbone: {folder: m, precision: bf16}\ntechnique: from-scratch", "backbone.precision",
                "freezes nothing"
            ),
            ("technique: feature-extraction", "technique: {head: mlp}", "technique.kind", "required"),
            (
                "technique: feature-extraction", "technique: {kind: feature-extraction, frozen_layers: 2}",
                "technique.frozen_layers", "whole backbone"
            ),
            (
                "technique: feature-extraction", "technique: {kind: from-scratch, frozen_layers: 2}",
                "technique.frozen_layers", "trains every layer"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, frozen_layers: two}",
                "technique.frozen_layers", "a number of layers, or none"
            ),
            (
                "technique: feature-extraction", "technique: {kind: pretraining, frozen_layers: 2}",
                "technique.frozen_layers", "trains every layer"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, frozen_layers: -1}",
                "technique.frozen_layers", "Found -1"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, dropout: 1}",
                "technique.dropout",
                "below 1"
            ),
            ("train: a.csv", "train: {path: a.csv, limit: 0}", "tasks[0].train.limit", "Found 0"),
            ("train: a.csv", "train: {path: a.csv, limit: 1.5}", "tasks[0].train.limit", "whole number"),
            ("train: a.csv", "train: [a.csv, b.csv]", "tasks[0].train.path", "2 files"),
            ("train: a.csv", "train: {format: csv}", "tasks[0].train.path", "required"),
            ("train: a.csv, ", "", "tasks[0].train", "required"),
            (
                "validation: b.csv", "validation: b.csv, validation_fraction: 0.1",
                "tasks[0].validation_fraction", "remove"
            ),
            ("validation: b.csv", "validation_fraction: 0.6", "tasks[0].validation_fraction", "0.5"),
            ("validation: b.csv", "validation: b.csv, text: label", "tasks[0].label", "two columns"),
            ("tasks:", "workers: 9\ntasks:", "workers.minimum", "8 micro-batches"),
            ("tasks:", "workers: {minimum: 5, maximum: 4}\ntasks:", "workers.minimum", "above the maximum"),
            ("tasks:", "training: {epochs: 2, steps: 3}\ntasks:", "training.steps", "one of the two"),
            ("tasks:", "training: {micro_batches: 0}\ntasks:", "training.micro_batches", "Found 0"),
            ("tasks:", "training: {optimizer: adam}\ntasks:", "training.optimizer", "Did you mean adamw?"),
            (
                "tasks:", "training: {optimizer: {kind: adamw, momentum: 0.9}}\ntasks:",
                "training.optimizer.momentum",
                "has no momentum"
            ),
            (
                "tasks:", "training: {optimizer: {learning_rate: .nan}}\ntasks:",
                "training.optimizer.learning_rate",
                "a number such as"
            ),
            (
                "tasks:", "training: {optimizer: {learning_rate: 1e39}}\ntasks:",
                "training.optimizer.learning_rate",
                "too large"
            ),
            ("tasks:", "training: {schedule: {warmup: 1.5}}\ntasks:", "training.schedule.warmup", "0 to 1"),
            (
                "tasks:", "training: {label_smoothing: 1}\ntasks:", "training.label_smoothing", "below 1"
            ),
            ("tasks:", "training: {class_weights: even}\ntasks:", "training.class_weights", "balanced"),
            ("tasks:", "training: {class_weights: {}}\ntasks:", "training.class_weights", "no labels"),
            (
                "tasks:", "training: {class_weights: {a.b: 0}}\ntasks:", "training.class_weights.a.b",
                "Found 0"
            ),
            (
                "tasks:", "training: {class_weights: {a: many}}\ntasks:", "training.class_weights.a",
                "a number such as"
            ),
            ("tasks:", "training: {layer_decay: 0.9}\ntasks:", "training.layer_decay", "head alone"),
            ("tasks:", "training: {layer_decay: 1.1}\ntasks:", "training.layer_decay", "Found 1.1"),
            (
                "technique: feature-extraction",
                "technique: {kind: feature-extraction, freeze: [embeddings]}",
                "technique.freeze", "in fine-tuning only"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, freeze: []}",
                "technique.freeze", "Found 0 paths"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, freeze: [{a: b}]}",
                "technique.freeze", "a mapping"
            ),
            ("tasks:", "training: {head_epochs: 1}\ntasks:", "training.head_epochs", "Only fine-tuning"),
            (
                "tasks:", "training: {unfreeze_every: 1}\ntasks:", "training.unfreeze_every",
                "Only fine-tuning"
            ),
            (
                "technique: feature-extraction", "technique: fine-tuning\ntraining: {unfreeze_every: 0}",
                "training.unfreeze_every", "Found 0"
            ),
            (
                "tasks:", "training: {unfreeze_every: {steps: 5, epochs: 1}}\ntasks:",
                "training.unfreeze_every", "one of the two"
            ),
            (
                "technique: feature-extraction",
                "technique: fine-tuning\ntraining: {epochs: 3, head_epochs: 3}",
                "training.head_epochs", "never learn"
            ),
            (
                "technique: feature-extraction", "technique: {kind: feature-extraction, lora: {rank: 4}}",
                "technique.lora", "choose fine-tuning"
            ),
            (
                "technique: feature-extraction",
                "technique: {kind: fine-tuning, frozen_layers: none, lora: {}}",
                "technique.lora", "embeddings stay frozen"
            ),
            (
                "technique: feature-extraction",
                "technique: {kind: fine-tuning, freeze: embeddings, lora: {}}",
                "technique.lora", "remove freeze"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, lora: {rank: 0}}",
                "technique.lora.rank", "Found 0"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, lora: {alpha: 0}}",
                "technique.lora.alpha", "above 0"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, lora: {dropout: 1}}",
                "technique.lora.dropout", "below 1"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, lora: {targets: []}}",
                "technique.lora.targets", "Found 0 names"
            ),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, lora: {ranks: 4}}",
                "technique.lora.ranks", "Did you mean rank?"
            ),
            ("tasks:", "training: {ema: 1}\ntasks:", "training.ema", "between 0 and 1"),
            ("tasks:", "training: {ema: 0}\ntasks:", "training.ema", "between 0 and 1"),
            ("tasks:", "training: {gradient_clipping: 0}\ntasks:", "training.gradient_clipping", "above 0"),
            (
                "tasks:", "training: {early_stopping: {patience: 0}}\ntasks:",
                "training.early_stopping.patience",
                "Found 0"
            ),
            (
                "tasks:", "training: {early_stopping: {}}\ntasks:", "training.early_stopping.patience",
                "required"
            ),
            (
                "{name: topic, train: a.csv, validation: b.csv}",
                "{name: topic, train: a.csv}\ntraining: {keep: best, early_stopping: {patience: 2}}",
                "training.keep",
                "validation"
            ),
            ("  - {name: topic, train: a.csv, validation: b.csv}", "  []", "tasks", "0 tasks"),
            (
                "  - {name: topic, train: a.csv, validation: b.csv}",
                "  - {name: a, train: a.csv}\n  - {name: a, train: a.csv}",
                "tasks[1].name", "called a already"
            ),
        ] as [(String, String, String, String)])
    func aProblemIsNamed(old: String, new: String, keyPath: String, part: String) throws {
        try #require(smallJob.contains(old))
        let found = problems(smallJob.replacingOccurrences(of: old, with: new))
        let problem = try #require(found.first { $0.keyPath == keyPath }, "\(found)")
        #expect(problem.message.contains(part))
        #expect((problem.location?.line ?? 0) > 0)
    }

    @Test func aWrongValueDoesNotBreakOtherRules() {
        // The batch is not a number; that it is no multiple of the micro-batches is not said.
        let found = problems(smallJob + "\ntraining: {batch: many, micro_batches: 7}")
        #expect(found.map(\.keyPath) == ["training.batch"])
    }

    @Test func aFileThatIsMissingOrTooLargeIsRefused() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).yaml")
        #expect { try JobFileReader.read(url) } throws: { ($0 as? JobError)?.code == .unreadableFile }
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(repeating: 0x20, count: JobFileReader.maximumSize + 1).write(to: url)
        #expect { try JobFileReader.read(url) } throws: { ($0 as? JobError)?.code == .unreadableFile }
        try Data(fullJob.utf8).write(to: url)
        #expect(try JobFileReader.read(url).name == "sst2")
        try Data("name: a\nseed: \u{1}\n".utf8 + [0xFF, 10]).write(to: url)
        let error = #expect(throws: JobError.self) { try JobFileReader.read(url) }
        #expect(error?.code == .syntax)
        #expect(error?.problems.first?.location?.line == 3)
    }

    @Test func `checkpoints that are kept are from 1 to 100, and none is said as none`() throws {
        #expect(try decode(smallJob).specification.checkpoints == nil)
        #expect(try decode(smallJob + "\ncheckpoints: {keep: 5}").specification.checkpoints?.keep == 5)
        for bad in ["{keep: 0}", "{keep: 101}", "{keep: -1}", "{keep: many}", "{keep: 1.5}"] {
            let found = problems(smallJob + "\ncheckpoints: \(bad)")
            #expect(found.map(\.keyPath) == ["checkpoints.keep"], "\(bad)")
        }
        #expect(problems(smallJob + "\ncheckpoints: {kep: 2}").map(\.keyPath) == ["checkpoints.kep"])
        #expect(problems(smallJob + "\ncheckpoints: 3").map(\.keyPath) == ["checkpoints"])
    }

    @Test func `a priority is from -10 to 10, and none is said as none`() throws {
        #expect(try decode(smallJob).specification.priority == nil)
        #expect(try decode(smallJob + "\npriority: -10").specification.priority == -10)
        let found = problems(smallJob + "\npriority: 11")
        #expect(found.map(\.keyPath) == ["priority"])
        #expect(found.first?.message.contains("10") == true)
    }
}
