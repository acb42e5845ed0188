import Foundation
import JobScheduling

/// How a coordinator runs.
public struct CoordinatorConfiguration: Sendable {
    /// ZeroMQ endpoint: "tcp://0.0.0.0:7600"; port 0 takes any free one.
    public var listen: String
    /// Database and blobs; created where it is missing. One coordinator at a time may use it.
    public var stateDirectory: URL
    /// How often workers report.
    public var heartbeatInterval: Duration
    /// A worker that is silent for longer is lost.
    public var heartbeatTimeout: Duration
    /// A command without an acknowledgement is sent again after this.
    public var commandRetryInterval: Duration
    /// Blobs that nobody holds or asks for stay this long.
    public var blobRetention: Duration
    /// What a retry of a job needs stays this long after the job failed or was cancelled.
    public var retryRetention: Duration
    /// For how long a job keeps its workers from one that has the same right to all of them.
    public var timeSlice: Duration

    public init(
        listen: String, stateDirectory: URL, heartbeatInterval: Duration = .seconds(2),
        heartbeatTimeout: Duration = .seconds(10), commandRetryInterval: Duration = .seconds(2),
        blobRetention: Duration = .seconds(24 * 3600), retryRetention: Duration = .seconds(7 * 24 * 3600),
        timeSlice: Duration = .seconds(Concession.timeSlice)
    ) {
        self.listen = listen
        self.stateDirectory = stateDirectory
        self.heartbeatInterval = heartbeatInterval
        self.heartbeatTimeout = heartbeatTimeout
        self.commandRetryInterval = commandRetryInterval
        self.blobRetention = blobRetention
        self.retryRetention = retryRetention
        self.timeSlice = timeSlice
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
    var wholeMilliseconds: Int { Int((seconds * 1000).rounded()) }
}
