import ContentStore
import Foundation
import JobScheduling
import JobStore
import TrainingJobs
import WireProtocol

// From data files to shards, beside the coordinator's loop.
extension ClusterControl {
    /// Starts to read a job's data, for the first time or to make its shards anew; `planned` or `planningFailed`
    /// follows.
    func plan(_ jobID: String) {
        guard let job = jobs[jobID] else { return }
        let planner = DatasetPlanning(specification: job.specification, files: job.files, blobs: blobs)
        jobs[jobID]?.planning = Task { [weak self] in
            do {
                let (plan, shards) = try await planner.run()
                try await self?.planned(jobID, plan, shards)
            } catch {
                await self?.planningFailed(jobID, error)
            }
        }
    }

    private static let secondsBeforePlanningAgain = 2.0

    /// Reads the data of jobs for whose shards there was no room.
    func planAgain() {
        for (id, job) in jobs {
            guard let due = job.nextPlanning, now >= due else { continue }
            jobs[id]?.nextPlanning = nil
            plan(id)
        }
    }

    private static func isForWantOfRoom(_ error: any Error) -> Bool {
        if let error = error as? ContentStoreError { return error.code == .diskFull }
        return (error as? JobStoreError).map { [.unavailable, .busy].contains($0.code) } ?? false
    }

    private func planned(_ jobID: String, _ plan: DatasetPlan, _ shards: [StoredShard]) throws {
        guard var job = jobs[jobID] else { return }
        guard job.driver == nil else { return shardsRestored(jobID) }
        if let failure = JobDriver.problem(specification: job.specification, plan: plan) { throw failure }
        if job.record.state != .paused { job.record.message = "" }
        let record = PlanRecord(
            planJSON: try CanonicalJSON.encode(plan), shardsJSON: try CanonicalJSON.encode(shards))
        let counts = plan.tasks.map {
            "\($0.name): \($0.labels.count) labels, \($0.trainCount) training, \($0.validationCount) validation, "
                + "\($0.testCount) test samples"
                + ($0.targetCount.map { ", \($0) of the target domain" } ?? "")
                + ($0.targetTestCount.map { ", \($0) of its test" } ?? "")
        }
        let line = LogRecord(
            time: wallTime, level: "info", source: "coordinator",
            message: "The data is read. " + counts.joined(separator: "; "))
        try store.save(
            JobChange(
                record: job.record, plan: record, lines: [line], pins: [.shard: Set(shards.map(\.sha256))]))
        job.shards = shards.map(\.reference)
        job.driver = try driver(of: job, plan: plan)
        job.planning = nil
        jobs[jobID] = job
        try schedule()
    }

    private func planningFailed(_ jobID: String, _ error: any Error) {
        guard let job = jobs[jobID], !(error is CancellationError) else { return }
        jobs[jobID]?.planning = nil
        if Self.isForWantOfRoom(error) {
            jobs[jobID]?.nextPlanning = now + Self.secondsBeforePlanningAgain
            jobs[jobID]?.record.message = "waiting for room on the coordinator's disk: \(error)"
            logger.error("Data could not be stored", metadata: ["job": "\(jobID)", "error": "\(error)"])
            return
        }
        let failure = DatasetPlanning.failure(error)
        do {
            if job.driver != nil {
                try apply(.impossible(failure), to: jobID)
                try schedule()
            } else {
                try end(
                    job, as: .failed, code: failure.code, message: failure.description, level: "error",
                    line: "The job failed: \(failure)")
            }
        } catch {
            logger.error("A failure could not be stored", metadata: ["job": "\(jobID)", "error": "\(error)"])
        }
    }
}
