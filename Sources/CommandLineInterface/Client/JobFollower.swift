import Foundation
import TrainingJobs
import WireProtocol

/// Watches a job until it has ended.
struct JobFollower {
    static let interval = Duration.milliseconds(200)

    let client: CoordinatorClient
    let jobID: String
    var showsProgress = true

    /// Returns the job when it is done; what it reached is in the detail's report.
    ///
    /// - Throws: `CommandFailure` where it failed or was cancelled.
    func waitForEnd() async throws -> JobDetail {
        var display = JobProgressDisplay()
        defer { if showsProgress { display.end() } }
        let start = ContinuousClock.now
        while true {
            let summary = try await client.summary(of: jobID)
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            if showsProgress { display.show(summary, at: elapsed) }
            switch JobState(rawValue: summary.state) {
            case .done: return try await client.job(jobID)
            case .failed: throw CommandFailure(.jobFailed, "job \(jobID.shortID) failed: \(summary.message)")
            case .cancelled: throw CommandFailure(.jobFailed, "job \(jobID.shortID) was cancelled")
            case nil:
                throw CommandFailure(
                    .jobFailed,
                    "the coordinator says that the job is \"\(summary.state)\", a state unknown here; "
                        + "is it of another release?")
            default: try await Task.sleep(for: Self.interval)
            }
        }
    }
}

extension JobDetail {
    /// The report, once there is one.
    ///
    /// - Throws: `JobError` where it is not a report of this release.
    func report() throws -> JobReport? {
        reportJSON.isEmpty || reportJSON == "{}"
            ? nil : try CanonicalJSON.decode(JobReport.self, from: reportJSON)
    }
}
