import WireProtocol

/// Finds the job that a person means by what they typed.
enum JobLookup {
    /// The job with that id; with an id that starts so, where there is only one; or the latest of that name.
    ///
    /// - Throws: `CommandFailure` where there is none, or several ids start so.
    static func find(_ text: String, among jobs: [JobSummary]) throws -> JobSummary {
        if let job = jobs.first(where: { $0.jobID == text }) { return job }
        if let job = latest(of: jobs.filter { $0.name == text }) { return job }
        let candidates = text.isEmpty ? [] : jobs.filter { $0.jobID.hasPrefix(text.lowercased()) }
        guard let job = candidates.first else {
            throw CommandFailure(
                .invalidInput,
                "no job has an id that starts with \"\(text)\", or that name; 'graft jobs' lists what there is"
            )
        }
        guard candidates.count == 1 else {
            let ids = candidates.map(\.jobID).sorted().joined(separator: ", ")
            throw CommandFailure(
                .invalidInput, "\(candidates.count) jobs have ids that start with \"\(text)\": \(ids)")
        }
        return job
    }

    private static func latest(of jobs: [JobSummary]) -> JobSummary? {
        jobs.max { $0.createdAtMilliseconds < $1.createdAtMilliseconds }
    }
}

extension CoordinatorClient {
    /// The id of the job that `text` means: see `JobLookup`.
    func jobID(for text: String) async throws -> String {
        try JobLookup.find(text, among: try await jobs()).jobID
    }
}

extension String {
    /// The part of an id that tables show: enough to name the job again.
    var shortID: String { String(prefix(8)) }
}
