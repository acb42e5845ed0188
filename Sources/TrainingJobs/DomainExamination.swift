/// How far apart source and target domain are by their features, before and after training: what the proxy
/// A-distance says of it, and where samples lie in the plane along which they vary most.
public struct DomainExamination: Codable, Sendable, Equatable {
    /// The file's name in the model folder.
    public static let fileName = "domains.json"

    /// Features as the job's first weights make them.
    public var before: View
    /// Features of the model that leaves.
    public var after: View

    public init(before: View, after: View) {
        self.before = before
        self.after = after
    }

    /// Both domains by the features of one model.
    public struct View: Codable, Sendable, Equatable {
        /// Proxy A-distance, 2 · (1 − 2 · error): 2 where a linear classifier tells the domains apart without fault,
        /// about 0 where it cannot.
        public var distance: Double
        /// Samples of the source domain in the plane of the first two principal components of both domains' samples.
        public var source: [Point]
        /// Samples of the target domain there.
        public var target: [Point]

        public init(distance: Double, source: [Point], target: [Point]) {
            self.distance = distance
            self.source = source
            self.target = target
        }
    }

    /// A sample's place.
    public struct Point: Codable, Sendable, Equatable {
        public var x: Float
        public var y: Float

        public init(x: Float, y: Float) {
            self.x = x
            self.y = y
        }
    }
}
