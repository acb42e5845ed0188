import WireProtocol

extension CoordinatorClient {
    /// Runs `body` about a job; where the task is cancelled meanwhile, cancels the job too, so that a later
    /// coordinator on the same state does not take it up again.
    func cancellingOnInterrupt<Result>(_ jobID: String, _ body: () async throws -> Result) async throws
        -> Result
    {
        do {
            return try await body()
        } catch {
            if Task.isCancelled {
                // In a task of its own: this one's requests end at once. A job that was never sent, or has
                // ended, needs no cancelling.
                _ = await Task.detached { try await cancel(jobID) }.result
            }
            throw error
        }
    }
}
