/// A worker as it last registered.
public struct WorkerRecord: Sendable, Equatable {
    /// Lasts across restarts of the worker.
    public var id: String
    public var sessionID: String
    public var name: String
    public var host: String
    public var processID: Int
    public var cores: Int
    public var memoryBytes: Int
    public var peerEndpoint: String
    public var kernelFamily: String
    public var softwareVersion: String
    /// Milliseconds since 1970.
    public var registeredAt: Int

    public init(
        id: String, sessionID: String, name: String, host: String, processID: Int, cores: Int,
        memoryBytes: Int,
        peerEndpoint: String, kernelFamily: String, softwareVersion: String, registeredAt: Int
    ) {
        self.id = id
        self.sessionID = sessionID
        self.name = name
        self.host = host
        self.processID = processID
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.peerEndpoint = peerEndpoint
        self.kernelFamily = kernelFamily
        self.softwareVersion = softwareVersion
        self.registeredAt = registeredAt
    }
}
