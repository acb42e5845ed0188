import Foundation
import TransferTechniques

/// How one worker process runs.
public struct WorkerConfiguration: Sendable {
    /// Where the coordinator listens: "tcp://host:port".
    public var coordinatorEndpoint: String
    /// The worker's name for people, unique on its host and cache directory.
    public var name: String
    /// Holds blobs, features and the worker's lasting id. Worker processes of one host may share it.
    public var cacheDirectory: URL
    /// Bytes that cached features may take; `nil`: as many as they like.
    public var cacheLimitBytes: Int?
    /// Where the worker listens for its peers; port 0 takes a free one.
    public var peerListenEndpoint: String
    /// What peers are told to connect to: `host`, `host:port` or `tcp://host:port`, IPv6 addresses in brackets;
    /// `nil`: the host that is listened at, or, where that is every address of this host, the local address that
    /// the coordinator is reached from.
    public var advertisedAddress: String?
    /// Time without a word from a peer, in the middle of an exchange, after which it is asked whether it lives.
    /// One that does not answer counts as lost; one that answers has 20 times as long.
    public var peerTimeout: Duration
    /// Process id of the parent; when that process has ended, the worker does. `nil`: it stays.
    public var exitWithParent: Int32?
    /// The release that this program is of, as the coordinator is told.
    public var softwareVersion: String
    /// Elements that are exchanged at once, at the least; the same on all workers of a job.
    var bucketElements = TrainingSession.bucketElements

    public init(
        coordinatorEndpoint: String, name: String, cacheDirectory: URL, cacheLimitBytes: Int? = nil,
        peerListenEndpoint: String = "tcp://0.0.0.0:0", advertisedAddress: String? = nil,
        peerTimeout: Duration = .seconds(30), exitWithParent: Int32? = nil,
        softwareVersion: String = ""
    ) {
        self.coordinatorEndpoint = coordinatorEndpoint
        self.name = name
        self.cacheDirectory = cacheDirectory
        self.cacheLimitBytes = cacheLimitBytes
        self.peerListenEndpoint = peerListenEndpoint
        self.advertisedAddress = advertisedAddress
        self.peerTimeout = peerTimeout
        self.exitWithParent = exitWithParent
        self.softwareVersion = softwareVersion
    }
}
