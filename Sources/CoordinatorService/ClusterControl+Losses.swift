import JobScheduling
import TrainingJobs
import WireProtocol

// Blobs that a disk has damaged: whoever needs them goes on without, or has them made anew.
extension ClusterControl {
    /// A blob that was asked for is not there any more.
    func blobLost(_ hash: String) {
        // It may have been sent again meanwhile.
        guard !blobs.contains(hash) else { return }
        for id in jobs.keys.sorted() {
            do {
                try blobLost(hash, by: id)
            } catch {
                // Whoever needs the blob asks again, and so does this.
                logger.error("A loss could not be stored", metadata: ["job": "\(id)", "error": "\(error)"])
            }
        }
    }

    private func blobLost(_ hash: String, by jobID: String) throws {
        guard let job = jobs[jobID], let driver = job.driver else { return }
        if driver.progress.neededCheckpoints.contains(where: { $0.sha256 == hash }) {
            try apply(.checkpointLost(sha256: hash), to: jobID)
        } else if job.shards.contains(where: { $0.sha256 == hash }) {
            try restoreShards(of: job)
        } else if driver.state == .preparing,
            let file = job.files.first(where: { $0.sha256 == hash && $0.path.hasPrefix("backbone/") })
        {
            // Members that have it go on; those that need it now cannot.
            try apply(.impossible(DatasetPlanning.damage(to: file)), to: jobID)
        }
    }

    /// Writes a job's shards once more, from its data files: they come out the same.
    private func restoreShards(of job: ActiveJob) throws {
        guard !job.isReadingData else { return }
        plan(job.id)
        try apply(.filesMissing("A shard was damaged on the coordinator's disk: it is made anew"), to: job.id)
    }

    /// They are the same as before, so that the job only needs members.
    func shardsRestored(_ jobID: String) {
        jobs[jobID]?.planning = nil
        do {
            try schedule()
        } catch {
            logger.error("A change could not be stored", metadata: ["job": "\(jobID)", "error": "\(error)"])
        }
    }
}
