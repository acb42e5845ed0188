import Foundation

/// One set of axes with lines over them, as a piece of SVG. Colours come from the picture's style sheet by the
/// classes `series-0`, `series-1`, …; markers differ as well, so that colour is never alone in telling lines apart.
struct LinePlot {
    struct Series: Equatable {
        var name: String
        /// In ascending order of x. Points that are not finite are left out.
        var points: [Point]
    }

    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    /// Of the area between the axes, in the picture's units.
    struct Frame {
        var left: Double
        var top: Double
        var width: Double
        var height: Double
    }

    var title: String
    var xTitle: String
    var series: [Series]
    var frame: Frame
    /// An x worth a vertical line, with what to write at it.
    var mark: (x: Double, label: String)?
    /// All plots of a picture share the horizontal axis.
    var xTicks: AxisTicks

    /// The SVG elements, without the picture around them.
    func render() -> String {
        let visible = series.map { Series(name: $0.name, points: $0.points.filter { $0.y.isFinite }) }
        let heights = visible.flatMap { $0.points.map(\.y) }
        guard let lowest = heights.min(), let highest = heights.max() else { return "" }
        let yTicks = AxisTicks(covering: lowest...highest)
        let elements =
            [text(title, x: frame.left, y: frame.top - 12, classes: "title")]
            + yTicks.values.flatMap { horizontalGrid($0, yTicks) }
            + xTicks.values.flatMap(verticalTick)
            + [
                text(
                    xTitle, x: frame.left + frame.width / 2, y: frame.top + frame.height + 34,
                    anchor: "middle")
            ]
            + markElements()
            + visible.enumerated().flatMap { lineElements($1, index: $0, yTicks) }
            + legend(visible)
        return elements.joined(separator: "\n")
    }

    private func horizontalGrid(_ value: Double, _ ticks: AxisTicks) -> [String] {
        let y = position(value, ticks)
        return [
            line(frame.left, y, frame.left + frame.width, y, classes: "grid"),
            text(ticks.label(value), x: frame.left - 8, y: y + 4, anchor: "end"),
        ]
    }

    private func verticalTick(_ value: Double) -> [String] {
        let x = position(value)
        let bottom = frame.top + frame.height
        return [
            line(x, bottom, x, bottom + 5, classes: "axis"),
            text(xTicks.label(value), x: x, y: bottom + 18, anchor: "middle"),
        ]
    }

    private func markElements() -> [String] {
        guard let mark else { return [] }
        let x = position(mark.x)
        let isRight = x > frame.left + frame.width * 0.7
        return [
            line(x, frame.top, x, frame.top + frame.height, classes: "mark"),
            text(
                mark.label, x: x + (isRight ? -5 : 5), y: frame.top + 11, anchor: isRight ? "end" : "start",
                classes: "mark-label"),
        ]
    }

    private func lineElements(_ series: Series, index: Int, _ ticks: AxisTicks) -> [String] {
        let places = series.points.map { (x: position($0.x), y: position($0.y, ticks)) }
        guard !places.isEmpty else { return [] }
        let path = places.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        let polyline = #"<polyline class="line series-\#(index)" points="\#(path)"/>"#
        // A crowd of markers would hide the line.
        guard places.count <= 40 else { return [polyline] }
        return [polyline] + places.map { marker(index, x: $0.x, y: $0.y) }
    }

    /// Names above the plot's right end, from right to left.
    private func legend(_ series: [Series]) -> [String] {
        var right = frame.left + frame.width
        var elements: [String] = []
        for (index, entry) in series.enumerated().reversed() {
            let width = Double(entry.name.count) * 7
            elements.append(text(entry.name, x: right - width, y: frame.top - 12))
            elements.append(marker(index, x: right - width - 12, y: frame.top - 16))
            right -= width + 34
        }
        return elements
    }

    private func marker(_ index: Int, x: Double, y: Double) -> String {
        if index % 2 == 0 {
            return #"<circle class="marker series-\#(index)" cx="\#(number(x))" cy="\#(number(y))" r="3.2"/>"#
        }
        let corner = #"x="\#(number(x - 3))" y="\#(number(y - 3))""#
        return #"<rect class="marker series-\#(index)" \#(corner) width="6" height="6"/>"#
    }

    private func position(_ x: Double) -> Double {
        frame.left + (x - xTicks.lowest) / (xTicks.highest - xTicks.lowest) * frame.width
    }

    private func position(_ y: Double, _ ticks: AxisTicks) -> Double {
        frame.top + (ticks.highest - y) / (ticks.highest - ticks.lowest) * frame.height
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, classes: String) -> String {
        let ends = #"x1="\#(number(x1))" y1="\#(number(y1))" x2="\#(number(x2))" y2="\#(number(y2))""#
        return #"<line class="\#(classes)" \#(ends)/>"#
    }

    private func text(
        _ text: String, x: Double, y: Double, anchor: String = "start", classes: String = "label"
    ) -> String {
        let place = #"x="\#(number(x))" y="\#(number(y))" text-anchor="\#(anchor)""#
        return #"<text class="\#(classes)" \#(place)>\#(MarkupEscaping.xml(text))</text>"#
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
