import TrainingJobs

/// metrics.jsonl: what a job measured, one JSON object a line, for programs.
///
/// Every line has `event`: `extraction`, `segment`, `evaluation` or `summary`. Numbers that are not finite are
/// `null`; keys that do not apply are absent.
public enum MetricsLog {
    /// The file's name in the model folder.
    public static let fileName = "metrics.jsonl"

    /// The whole log, in the order in which things happened, each line ended by a newline.
    public static func render(report: JobReport) -> String {
        var lines: [String] = []
        if let extraction = report.extraction { lines.append(line(extraction)) }
        for segment in report.segments {
            lines.append(line(segment))
            lines += segment.validation.map { line($0, split: "validation", step: segment.endStep) }
        }
        let finalStep = report.best?.step ?? report.segments.last?.endStep
        lines += report.test.map { line($0, split: "test", step: finalStep) }
        lines += (report.targetTest ?? []).map {
            line($0, split: DataSplit.targetTest.title, step: finalStep)
        }
        lines.append(summary(report))
        return lines.map { $0 + "\n" }.joined()
    }

    private static func line(_ extraction: JobReport.Extraction) -> String {
        object([
            ("event", .text("extraction")),
            ("samples", .integer(extraction.samples)),
            ("cache_hits", .integer(extraction.cacheHits)),
            ("fetched", .integer(extraction.fetched)),
            ("backbone_forwards", .integer(extraction.backboneForwards)),
            ("tokens", .integer(extraction.tokens)),
            ("padded_tokens", .integer(extraction.paddedTokens)),
            ("seconds", .number(extraction.seconds)),
            ("bytes", .integer(extraction.bytes)),
        ])
    }

    private static func line(_ segment: JobReport.Segment) -> String {
        object([
            ("event", .text("segment")),
            ("step", .integer(segment.endStep)),
            ("epoch", .integer(segment.epoch)),
            ("train_loss", .number(segment.trainLoss)),
            ("seconds", .number(segment.seconds)),
            ("compute_seconds", .number(segment.computeSeconds)),
            ("exchange_seconds", .number(segment.exchangeSeconds)),
            ("evaluate_seconds", .number(segment.evaluateSeconds)),
            ("checkpoint_seconds", .number(segment.checkpointSeconds)),
            ("exchanged_bytes", .integer(segment.exchangedBytes)),
            ("alignment_loss", (segment.alignment?.loss).map(Value.number)),
            ("discriminator_accuracy", (segment.alignment?.discriminatorAccuracy).map(Value.number)),
        ])
    }

    private static func line(_ measures: JobReport.TaskMeasures, split: String, step: Int?) -> String {
        object([
            ("event", .text("evaluation")),
            ("split", .text(split)),
            ("step", step.map(Value.integer)),
            ("task", .text(measures.task)),
            ("samples", .integer(measures.samples)),
            ("loss", .number(measures.loss)),
            ("accuracy", .number(measures.accuracy)),
            ("macro_f1", .number(measures.macroF1)),
            ("f1", measures.f1.map(Value.number)),
        ])
    }

    private static func summary(_ report: JobReport) -> String {
        object([
            ("event", .text("summary")),
            ("job", .text(report.jobID)),
            ("name", .text(report.name)),
            ("workers", .integer(report.workers)),
            ("generations", .integer(report.generations)),
            ("kernel_family", .text(report.kernelFamily)),
            ("parameters", .integer(report.parameterCount)),
            ("trainable_parameters", .integer(report.trainableParameterCount)),
            ("best_step", (report.best?.step).map(Value.integer)),
            ("first_epoch_seconds", report.firstEpochSeconds.map(Value.number)),
            ("later_epoch_seconds", report.laterEpochSeconds.map(Value.number)),
            ("wall_seconds", .number(report.wallSeconds)),
            ("domain_distance_before", (report.domains?.before).map(Value.number)),
            ("domain_distance_after", (report.domains?.after).map(Value.number)),
            ("model_sha256", report.modelSHA256.map(Value.text)),
        ])
    }

    private enum Value {
        case text(String)
        case integer(Int)
        case number(Double)

        var json: String {
            switch self {
            case .text(let text): MarkupEscaping.quoted(text)
            case .integer(let integer): String(integer)
            case .number(let number): number.isFinite ? String(number) : "null"
            }
        }
    }

    /// JSON in the given order of keys, which a reader's eye follows better than the alphabet's.
    private static func object(_ fields: [(name: String, value: Value?)]) -> String {
        let members = fields.compactMap { field in
            field.value.map { "\(MarkupEscaping.quoted(field.name)): \($0.json)" }
        }
        return "{" + members.joined(separator: ", ") + "}"
    }
}
