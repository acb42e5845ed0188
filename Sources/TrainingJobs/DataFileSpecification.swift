/// How a data file is written.
public enum DataFormat: String, Codable, Sendable, CaseIterable {
    case csv, tsv, jsonl
    /// Tar archives in which files of one name are a sample: an image and its `.cls`.
    case webdataset
    /// A file of images and one of labels, as MNIST has them.
    case idx
    /// A folder with a folder of images for each class.
    case folder

    /// The format that a file's name says; `nil` where it says none.
    public init?(ofFileNamed path: String) {
        let lowered = path.lowercased()
        let name = lowered.split(separator: "/").last ?? ""
        switch lowered {
        case _ where lowered.hasSuffix(".csv"): self = .csv
        case _ where lowered.hasSuffix(".tsv"): self = .tsv
        case _ where lowered.hasSuffix(".jsonl") || lowered.hasSuffix(".ndjson"): self = .jsonl
        case _ where lowered.hasSuffix(".tar"): self = .webdataset
        case _ where name.contains("-idx") || name.contains(".idx"): self = .idx
        case _ where lowered.hasSuffix("/"): self = .folder
        default: return nil
        }
    }
}

/// One split's data: a file, or several that are one. `format` follows from the file's name where it is not
/// given.
public struct DataFileSpecification: Codable, Sendable, Equatable {
    /// One path, or, for WebDataset, those of all shards in their order.
    public var paths: [String]
    public var format: DataFormat
    /// IDX: the file of labels.
    public var labels: String?
    /// Keep this many samples, drawn by the job's seed: a label budget. `nil`: all.
    public var limit: Int?
    /// Keep this many samples of each label, drawn likewise. `nil`: all.
    public var limitPerLabel: Int?

    public init(
        paths: [String], format: DataFormat, labels: String? = nil, limit: Int? = nil,
        limitPerLabel: Int? = nil
    ) {
        self.paths = paths
        self.format = format
        self.labels = labels
        self.limit = limit
        self.limitPerLabel = limitPerLabel
    }

    public init(
        path: String, format: DataFormat, labels: String? = nil, limit: Int? = nil, limitPerLabel: Int? = nil
    ) {
        self.init(
            paths: [path], format: format, labels: labels, limit: limit, limitPerLabel: limitPerLabel)
    }

    private enum EarlierKeys: String, CodingKey { case path }

    /// Jobs that earlier releases stored have one `path`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let path = try decoder.container(keyedBy: EarlierKeys.self).decodeIfPresent(
            String.self, forKey: .path)
        {
            paths = [path]
        } else {
            paths = try values.decode([String].self, forKey: .paths)
        }
        format = try values.decode(DataFormat.self, forKey: .format)
        labels = try values.decodeIfPresent(String.self, forKey: .labels)
        limit = try values.decodeIfPresent(Int.self, forKey: .limit)
        limitPerLabel = try values.decodeIfPresent(Int.self, forKey: .limitPerLabel)
    }

    /// The first path, by which messages call the data.
    public var path: String { paths.first ?? "" }
}
