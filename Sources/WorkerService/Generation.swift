/// One generation of one job.
struct Generation: Sendable, Hashable {
    var jobID: String
    var number: Int
}
