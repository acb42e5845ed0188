import TrainingJobs

/// The picture of a job's training: loss above, validation metrics below, over steps.
public enum LearningCurve {
    /// The file's name in the model folder.
    public static let fileName = "learning-curve.svg"

    /// A whole SVG file, 760 units wide, readable on light and dark ground. A job without a segment gives a
    /// picture that says so.
    public static func svg(report: JobReport) -> String {
        let plots = plots(report)
        // Without a validation split there is one plot only.
        let height = 300 * max(1, plots.count)
        let body =
            plots.isEmpty
            ? #"<text class="label" x="380" y="150" text-anchor="middle">No step was trained.</text>"#
            : plots.map { $0.render() }.joined(separator: "\n")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 \(height)" role="img" \
            aria-labelledby="curve-title curve-description">
            <title id="curve-title">Learning curve of \(MarkupEscaping.xml(report.name))</title>
            <desc id="curve-description">\(MarkupEscaping.xml(description(report)))</desc>
            <style>
            \(styleSheet)
            </style>
            <rect class="ground" width="760" height="\(height)"/>
            \(body)
            </svg>

            """
    }

    private static func plots(_ report: JobReport) -> [LinePlot] {
        guard let lastStep = report.segments.last?.endStep else { return [] }
        let xTicks = AxisTicks(covering: 0...Double(max(1, lastStep)), atMost: 8, wholeNumbers: true)
        let training = LinePlot.Series(
            name: "training",
            points: report.segments.map { LinePlot.Point(x: Double($0.endStep), y: $0.trainLoss) })
        let mark = report.best.map { (x: Double($0.step), label: "kept: step \($0.step)") }
        func plot(_ title: String, _ series: [LinePlot.Series], top: Double) -> LinePlot {
            LinePlot(
                title: title, xTitle: "step", series: series,
                frame: LinePlot.Frame(left: 70, top: top, width: 660, height: 190), mark: mark, xTicks: xTicks
            )
        }

        let losses = [training] + validationSeries(report, name: "validation") { $0.loss }
        let metrics =
            validationSeries(report, name: "accuracy") { $0.accuracy }
            + validationSeries(report, name: "macro-F1") { $0.macroF1 }
        let parts = [("Loss", losses), ("On the validation split", metrics), alignmentPart(report)]
        return parts.filter { !$0.1.isEmpty }.enumerated().map { index, part in
            plot(part.0, part.1, top: Double(50 + 300 * index))
        }
    }

    /// How well a discriminator tells the domains apart, or how far apart their features are where there is none.
    private static func alignmentPart(_ report: JobReport) -> (String, [LinePlot.Series]) {
        func series(_ name: String, _ value: (JobReport.Alignment) -> Double?) -> [LinePlot.Series] {
            let points = report.segments.compactMap { segment in
                segment.alignment.flatMap(value).map { LinePlot.Point(x: Double(segment.endStep), y: $0) }
            }
            return points.isEmpty ? [] : [LinePlot.Series(name: name, points: points)]
        }
        let accuracy = series("discriminator's accuracy") { $0.discriminatorAccuracy }
        if !accuracy.isEmpty { return ("Domains told apart", accuracy) }
        // All zero where statistics alone are adapted.
        let losses = series("distance of the domains") { $0.loss }
        return ("Domains", losses.filter { $0.points.contains { $0.y != 0 } })
    }

    /// One line for each task that was evaluated; a task's name is said only where there are several.
    private static func validationSeries(
        _ report: JobReport, name: String, value: (JobReport.TaskMeasures) -> Double
    ) -> [LinePlot.Series] {
        var tasks: [String] = []
        for measures in report.segments.flatMap(\.validation) where !tasks.contains(measures.task) {
            tasks.append(measures.task)
        }
        return tasks.map { task in
            let points = report.segments.compactMap { segment in
                segment.validation.first { $0.task == task }
                    .map { LinePlot.Point(x: Double(segment.endStep), y: value($0)) }
            }
            return LinePlot.Series(name: tasks.count == 1 ? name : "\(task) \(name)", points: points)
        }
    }

    /// The picture in words, for those who cannot see it.
    private static func description(_ report: JobReport) -> String {
        guard let first = report.segments.first, let last = report.segments.last else {
            return "No step was trained."
        }
        var sentences = [
            "Training loss goes from \(ReadableFigures.measure(first.trainLoss)) to \(ReadableFigures.measure(last.trainLoss)) "
                + "over \(last.endStep) steps."
        ]
        if let best = report.best {
            sentences.append(
                "Validation \(best.metric.rawValue) is \(ReadableFigures.measure(best.value)) at step \(best.step), "
                    + "which was kept.")
        }
        return sentences.joined(separator: " ")
    }

    /// Colours of Okabe and Ito, told apart by colour-blind readers too, in a lighter choice for dark ground.
    static let styleSheet = """
        svg { color-scheme: light dark; }
        .ground { fill: #ffffff; }
        text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #333333; }
        .title { font-size: 14px; font-weight: 600; fill: #111111; }
        .grid { stroke: #dddddd; }
        .axis { stroke: #767676; }
        .mark { stroke: #767676; stroke-dasharray: 4 4; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .series-0 { stroke: #0072b2; } .marker.series-0 { fill: #0072b2; }
        .series-1 { stroke: #d55e00; } .marker.series-1 { fill: #d55e00; }
        .series-2 { stroke: #007a5a; } .marker.series-2 { fill: #007a5a; }
        .series-3 { stroke: #a0437e; } .marker.series-3 { fill: #a0437e; }
        @media (prefers-color-scheme: dark) {
          .ground { fill: #14171a; }
          text { fill: #d0d4d8; }
          .title { fill: #ffffff; }
          .grid { stroke: #33383d; }
          .axis, .mark { stroke: #9aa0a6; }
          .series-0 { stroke: #56b4e9; } .marker.series-0 { fill: #56b4e9; }
          .series-1 { stroke: #e69f00; } .marker.series-1 { fill: #e69f00; }
          .series-2 { stroke: #2fc79b; } .marker.series-2 { fill: #2fc79b; }
          .series-3 { stroke: #e08fc0; } .marker.series-3 { fill: #e08fc0; }
        }
        """
}
