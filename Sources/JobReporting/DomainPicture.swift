import Foundation
import TrainingJobs

/// Where the samples of two domains lie, before and after training: two panels, each a plane of its own.
public enum DomainPicture {
    /// The file's name in the model folder.
    public static let fileName = "domains.svg"

    private static let side = 320.0
    private static let top = 64.0

    /// A whole SVG file, 760 units wide, readable on light and dark ground.
    public static func svg(_ examination: DomainExamination, jobName: String) -> String {
        let panels = [
            panel(examination.before, title: "before training", left: 40),
            panel(examination.after, title: "after training", left: 400),
        ]
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 440" role="img" \
            aria-labelledby="domains-title domains-description">
            <title id="domains-title">Domains of \(MarkupEscaping.xml(jobName))</title>
            <desc id="domains-description">\(description(examination))</desc>
            <style>
            \(LearningCurve.styleSheet)
            .frame { fill: none; stroke: #767676; }
            circle.series-0, rect.series-1 { fill-opacity: 0.55; stroke: none; }
            circle.series-0 { fill: #0072b2; } rect.series-1 { fill: #d55e00; }
            @media (prefers-color-scheme: dark) {
              circle.series-0 { fill: #56b4e9; } rect.series-1 { fill: #e69f00; }
            }
            </style>
            <rect class="ground" width="760" height="440"/>
            \(panels.joined(separator: "\n"))
            \(legend)
            </svg>

            """
    }

    private static func panel(_ view: DomainExamination.View, title: String, left: Double) -> String {
        let points = (view.source + view.target).filter { $0.x.isFinite && $0.y.isFinite }
        let scale = PanelScale(points, side: side, left: left, top: top)
        let distance = ReadableFigures.decimal(view.distance, 2)
        let marks =
            view.source.compactMap(scale.place).map {
                #"<circle class="series-0" cx="\#($0.x)" cy="\#($0.y)" r="2.4"/>"#
            }
            + view.target.compactMap(scale.place).map {
                #"<rect class="series-1" x="\#($0.x - 2)" y="\#($0.y - 2)" width="4" height="4"/>"#
            }
        return """
            <text class="title" x="\(left)" y="\(top - 30)">\(title)</text>
            <text x="\(left)" y="\(top - 12)">proxy A-distance \(distance)</text>
            <rect class="frame" x="\(left)" y="\(top)" width="\(side)" height="\(side)"/>
            \(marks.joined(separator: "\n"))
            """
    }

    private static let legend = """
        <circle class="series-0" cx="46" cy="412" r="4"/><text x="58" y="416">source</text>
        <rect class="series-1" x="132" y="408" width="8" height="8"/><text x="148" y="416">target</text>
        <text x="720" y="416" text-anchor="end">first two principal components of the features</text>
        """

    /// The picture in words, for those who cannot see it.
    private static func description(_ examination: DomainExamination) -> String {
        "Features of \(examination.before.source.count) source and \(examination.before.target.count) target "
            + "samples. Their proxy A-distance goes from \(ReadableFigures.measure(examination.before.distance)) to "
            + "\(ReadableFigures.measure(examination.after.distance))."
    }
}

/// From features' places to a panel's, equal in both directions, the middle in the middle.
private struct PanelScale {
    private let centre: (x: Double, y: Double)
    private let factor: Double
    private let origin: (x: Double, y: Double)

    init(_ points: [DomainExamination.Point], side: Double, left: Double, top: Double) {
        func ends(_ values: [Float]) -> (middle: Double, width: Double) {
            let (low, high) = (Double(values.min() ?? 0), Double(values.max() ?? 0))
            return ((low + high) / 2, high - low)
        }
        let (horizontal, vertical) = (ends(points.map(\.x)), ends(points.map(\.y)))
        centre = (horizontal.middle, vertical.middle)
        let width = max(horizontal.width, vertical.width)
        factor = width > 0 ? (side - 16) / width : 1
        origin = (left + side / 2, top + side / 2)
    }

    /// To a tenth of a unit; `nil` for what has no place.
    func place(_ point: DomainExamination.Point) -> (x: Double, y: Double)? {
        guard point.x.isFinite, point.y.isFinite else { return nil }
        func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        return (
            tenth(origin.x + (Double(point.x) - centre.x) * factor),
            tenth(origin.y - (Double(point.y) - centre.y) * factor)
        )
    }
}
