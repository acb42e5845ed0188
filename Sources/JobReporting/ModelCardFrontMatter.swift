import TrainingJobs

/// The YAML at the head of a model card, by the hub's model card specification: what the model is for and, under
/// `model-index`, what it reaches. Strings are written as JSON strings, which YAML reads alike.
enum ModelCardFrontMatter {
    static func render(specification: JobSpecification, report: JobReport) -> String {
        let words = TaskWords(specification)
        var lines = ["---"] + (words.library.map { ["library_name: \($0)"] } ?? [])
        lines += ["pipeline_tag: \(words.pipeline)", "tags:"]
        lines += ["graft", words.pipeline, specification.technique.kind.rawValue].map { "- \($0)" }
        lines += modelIndex(specification, report)
        lines.append("---")
        return lines.joined(separator: "\n")
    }

    /// The hub shows only results on data that training never saw: the test split.
    private static func modelIndex(_ specification: JobSpecification, _ report: JobReport) -> [String] {
        let results = report.test.filter { !metrics($0).isEmpty }
        guard !results.isEmpty else { return [] }
        let words = TaskWords(specification)
        var lines = ["model-index:", "- name: \(MarkupEscaping.quoted(specification.name))", "  results:"]
        for measures in results {
            let name = MarkupEscaping.quoted(measures.task)
            lines += [
                "  - task:", "      type: \(words.pipeline)", "      name: \(words.pipelineTitle)",
                "    dataset:", "      type: \(name)", "      name: \(name)", "      split: test",
                "    metrics:",
            ]
            for metric in metrics(measures) {
                lines += [
                    "    - type: \(metric.type)", "      name: \(metric.name)",
                    "      value: \(ReadableFigures.measure(metric.value))",
                ]
            }
        }
        return lines
    }

    private static func metrics(
        _ measures: JobReport.TaskMeasures
    ) -> [(type: String, name: String, value: Double)] {
        var metrics = [("accuracy", "Accuracy", measures.accuracy), ("f1", "Macro F1", measures.macroF1)]
        if let f1 = measures.f1 { metrics.append(("f1", "F1", f1)) }
        return metrics.filter { $0.2.isFinite }
    }
}
