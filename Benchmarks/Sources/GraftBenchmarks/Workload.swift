/// Something that is timed round by round, beside a peer that does the same.
protocol Workload {
    /// What one round works on, such as samples or steps.
    var unitsPerRound: Int { get }

    /// One round; only this is timed.
    func run() throws
}
