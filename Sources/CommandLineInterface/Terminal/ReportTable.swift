import JobReporting
import TrainingJobs

/// What a job reached and cost, for the terminal.
enum ReportTable {
    static func render(_ report: JobReport) -> String {
        [measures(report), costs(report)].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func measures(_ report: JobReport) -> String {
        var table = TextTable(columns: [
            .left("task"), .left("split"), .right("samples"), .right("accuracy"), .right("macro-F1"),
            .right("loss"),
        ])
        let kept = report.segments.first { $0.endStep == report.best?.step } ?? report.segments.last
        let rows =
            (kept?.validation ?? []).map { ("validation", $0) } + report.test.map { ("test", $0) }
            + (report.targetTest ?? []).map { (DataSplit.targetTest.title, $0) }
        table.rows = rows.map { split, measures in
            [
                measures.task, split, ReadableFigures.count(measures.samples),
                ReadableFigures.measure(measures.accuracy), ReadableFigures.measure(measures.macroF1),
                ReadableFigures.measure(measures.loss),
            ]
        }
        return rows.isEmpty ? "" : table.render()
    }

    private static func costs(_ report: JobReport) -> String {
        var table = TextTable(columns: [.left(""), .left("")])
        table.rows = [
            ["workers", "\(report.workers), \(report.kernelFamily)"],
            [
                "parameters",
                "\(ReadableFigures.count(report.parameterCount)), "
                    + "\(ReadableFigures.count(report.trainableParameterCount)) trained",
            ],
        ]
        if let extraction = report.extraction {
            let bytes = ReadableFigures.bytes(extraction.bytes)
            let fetched =
                extraction.fetched > 0
                ? "\(ReadableFigures.count(extraction.fetched)) from other workers, " : ""
            table.rows += [
                [
                    "features",
                    "\(ReadableFigures.count(extraction.samples)) samples, \(bytes): "
                        + "\(ReadableFigures.count(extraction.backboneForwards)) backbone forwards, "
                        + "\(ReadableFigures.count(extraction.cacheHits)) from the cache, \(fetched)"
                        + ReadableFigures.seconds(extraction.seconds),
                ]
            ]
        }
        if let first = report.firstEpochSeconds {
            let later = report.laterEpochSeconds.map { ", later ones \(ReadableFigures.seconds($0))" } ?? ""
            table.rows.append(["epochs", "the first \(ReadableFigures.seconds(first))\(later)"])
        }
        if let accuracy = report.segments.last?.alignment?.discriminatorAccuracy {
            table.rows.append(["discriminator", "accuracy \(ReadableFigures.measure(accuracy)) at the end"])
        }
        if let domains = report.domains {
            table.rows.append([
                "proxy A-distance",
                "\(ReadableFigures.measure(domains.before)) before, \(ReadableFigures.measure(domains.after)) after",
            ])
        }
        if let exchange = report.exchange { table.rows.append(["gradients", exchange.promise]) }
        if let best = report.best {
            table.rows.append(["kept", "step \(ReadableFigures.count(best.step))"])
        }
        if report.generations > 1 { table.rows.append(["generations", "\(report.generations)"]) }
        table.rows.append(["time", ReadableFigures.seconds(report.wallSeconds)])
        return table.render()
    }
}
