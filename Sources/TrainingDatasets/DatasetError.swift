/// Data that cannot be used, by file and row.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable, for programs.
    public struct Code: Sendable, Hashable {
        public let name: String
        public init(_ name: String) { self.name = name }

        public static let unreadableFile = Code("unreadable-data-file")
        public static let emptyData = Code("empty-data")
        public static let missingColumn = Code("missing-column")
        public static let duplicateColumn = Code("duplicate-column")
        public static let raggedRow = Code("ragged-row")
        public static let unbalancedQuote = Code("unbalanced-quote")
        public static let invalidUTF8 = Code("invalid-utf8")
        public static let invalidJSON = Code("invalid-json-line")
        public static let rowTooLong = Code("row-too-long")
        public static let missingValue = Code("missing-value")
        /// A table's value that is no number.
        public static let notANumber = Code("not-a-number")
        /// Bytes that are not the IDX file that is expected.
        public static let invalidIDX = Code("invalid-idx-file")
        /// An image that cannot be decoded.
        public static let damagedImage = Code("damaged-image")
        /// A sample of an archive with more than one image.
        public static let ambiguousSample = Code("ambiguous-sample")
        public static let tooFewClasses = Code("too-few-classes")
        public static let tooManyClasses = Code("too-many-classes")
        /// A metric that does not fit the task's classes.
        public static let unsuitableMetric = Code("unsuitable-metric")
        public static let unknownLabel = Code("unknown-label")
        public static let emptySplit = Code("empty-split")
        /// A shard's bytes that are not one.
        public static let invalidShard = Code("invalid-shard")
    }

    public var code: Code
    /// What was found and what to do, without the place.
    public var reason: String
    /// The data file's name, or what else is at fault.
    public var file: String?
    /// The sample's name within an archive or folder.
    public var entry: String?
    /// Data row, from 1; the header is not one.
    public var row: Int?
    /// Line where the row starts, from 1.
    public var line: Int?

    public init(
        code: Code, reason: String, file: String? = nil, row: Int? = nil, line: Int? = nil,
        entry: String? = nil
    ) {
        self.code = code
        self.reason = reason
        self.file = file
        self.row = row
        self.line = line
        self.entry = entry
    }

    /// `train.csv, row 12 (line 13): …`, `train.tar, sample 000012: …`
    public var message: String {
        var place: [String] = []
        if let file { place.append(file) }
        if let entry { place.append("sample \(entry)") }
        switch (row, line) {
        case (let row?, let line?): place.append("row \(row) (line \(line))")
        case (let row?, nil): place.append("row \(row)")
        case (nil, let line?): place.append("line \(line)")
        case (nil, nil): break
        }
        return place.isEmpty ? reason : "\(place.joined(separator: ", ")): \(reason)"
    }

    public var description: String { message }
}
