import JobReporting
import Testing
import WireProtocol

@testable import CommandLineInterface

@Suite struct TerminalTests {
    @Test func columnsAreAligned() {
        var table = TextTable(columns: [.left("name"), .right("count"), .left("")])
        table.rows = [["a", "1", "x"], ["longer", "12,345", ""]]
        #expect(table.render() == "name     count\na            1  x\nlonger  12,345")
    }

    @Test func aTableWithoutTitlesHasNoHeader() {
        var table = TextTable(columns: [.left(""), .left("")])
        table.rows = [["time", "1 s"]]
        #expect(table.render() == "time  1 s")
    }

    @Test(arguments: [
        ("20GB", 20_000_000_000), ("512 MB", 512_000_000), ("1.5TB", 1_500_000_000_000), ("1024", 1024),
        ("4GiB", 4_294_967_296), ("0", 0), ("2kb", 2000),
    ])
    func sizesAreRead(text: String, bytes: Int) {
        #expect(ReadableFigures.parseBytes(text) == bytes)
    }

    @Test(arguments: ["", "GB", "-1GB", "1XB", "ten", "1e3", "99999999999TB", "1..2MB", "٣MB"])
    func whatIsNoSizeIsRefused(text: String) {
        #expect(ReadableFigures.parseBytes(text) == nil)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (20_000_000_000, "20 GB"), (999_600, "1.0 MB"),
    ])
    func sizesAreWritten(bytes: Int, text: String) {
        #expect(ReadableFigures.bytes(bytes) == text)
    }

    @Test(arguments: [
        (0.421, "0.42 s"), (7.31, "7.3 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s"), (3725, "1 h 02 min"),
    ])
    func timesAreWritten(seconds: Double, text: String) {
        #expect(ReadableFigures.seconds(seconds) == text)
    }

    @Test func rateAndTimeLeftComeFromWhatWasSeen() {
        var meter = ProgressMeter()
        #expect(meter.line(unit: "steps") == "")
        meter.observe(time: 0, done: 0, total: 300)
        #expect(meter.rate == nil)
        meter.observe(time: 2, done: 100, total: 300)
        #expect(meter.rate == 50 && meter.secondsLeft == 4)
        #expect(meter.line(unit: "steps", barWidth: 6) == "[##····] 100/300 steps, 50/s, 4.0 s left")
        meter.observe(time: 3, done: 0, total: 10)
        #expect(meter.rate == nil, "another count has begun")
    }

    @Test func aTransferIsShownWithoutATerminalToo() {
        var lines: [String] = []
        var display = TransferDisplay("uploading", isTerminal: false) { lines.append($0) }
        for second in 0...24 { display.show(done: 4_000_000 * second, total: 96_000_000, at: Double(second)) }
        #expect(lines.count == 4, "at the start, every ten seconds, and at the end")
        #expect(lines[0].hasPrefix("uploading   [····"))
        #expect(lines[1].hasSuffix("40 MB of 96 MB, 4.0 MB/s, 14.0 s left"))
        #expect(lines[3].contains("[########################] 96 MB of 96 MB"))
    }

    @Test func aJobIsShownWithItsMetric() {
        let summary = JobSummary(
            state: "training", progressDone: 1, progressTotal: 2, progressUnit: "steps",
            metricName: "accuracy",
            metricValue: 0.5)
        var meter = ProgressMeter()
        meter.observe(time: 0, done: 1, total: 2)
        #expect(
            JobProgressDisplay.text(summary, meter)
                == "training    [############············] 1/2 steps  accuracy 0.5000")
    }
}
