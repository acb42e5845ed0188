/// What a task's samples are, and what is told of them.
public enum TaskKind: String, Codable, Sendable, CaseIterable {
    case textClassification = "text-classification"
    case imageClassification = "image-classification"
    /// A sample is a row of numbers.
    case tableClassification = "table-classification"

    /// Formats that this kind's data come in.
    public var formats: [DataFormat] {
        switch self {
        case .textClassification, .tableClassification: [.csv, .tsv, .jsonl]
        case .imageClassification: [.webdataset, .idx, .folder]
        }
    }
}

/// What validation goes by.
public enum MetricKind: String, Codable, Sendable, CaseIterable {
    case accuracy
    case macroF1 = "macro-f1"
    case f1
    case loss
}

/// One task: its data and how they are read.
public struct TaskSpecification: Codable, Sendable, Equatable {
    public var name: String
    public var kind: TaskKind
    public var train: DataFileSpecification
    public var validation: DataFileSpecification?
    /// Part of `train` set aside for validation where there is no file for it: 0 … 0.5.
    public var validationFraction: Double
    public var test: DataFileSpecification?
    /// Samples of the domain that the model is adapted to; labels in it are not read.
    public var target: DataFileSpecification?
    /// Labelled samples of that domain, evaluated as `test` is.
    public var targetTest: DataFileSpecification?
    /// Text: column (or JSON key) of the input.
    public var textColumn: String
    /// Text and tables: column (or JSON key) of the label.
    public var labelColumn: String
    public var metric: MetricKind
    /// Tables: columns of numbers, in the order that the model takes them; `nil`: all but the label's, as
    /// they stand in the training file.
    public var columns: [String]?
    /// Images: path of a text file, line i of which (from 0) is the name of the class that files call i.
    public var classNames: String?
    /// Labels whose rows are used; the others' are passed over in every split that has labels. `nil`: all.
    public var classes: [String]?
    /// Images: how training samples are varied; `nil`: not at all.
    public var augmentation: ImageAugmentation?
    /// Of its loss beside the other tasks' losses; `nil`: 1.
    public var weight: Float?

    public init(
        name: String, kind: TaskKind = .textClassification, train: DataFileSpecification,
        validation: DataFileSpecification? = nil, validationFraction: Double = 0,
        test: DataFileSpecification? = nil, target: DataFileSpecification? = nil,
        targetTest: DataFileSpecification? = nil, textColumn: String = "text", labelColumn: String = "label",
        metric: MetricKind = .accuracy, columns: [String]? = nil, classNames: String? = nil,
        classes: [String]? = nil, augmentation: ImageAugmentation? = nil, weight: Float? = nil
    ) {
        self.name = name
        self.kind = kind
        self.train = train
        self.validation = validation
        self.validationFraction = validationFraction
        self.test = test
        self.target = target
        self.targetTest = targetTest
        self.textColumn = textColumn
        self.labelColumn = labelColumn
        self.metric = metric
        self.columns = columns
        self.classNames = classNames
        self.classes = classes
        self.augmentation = augmentation
        self.weight = weight
    }
}

extension TaskSpecification {
    /// The task's data files with their splits, training first.
    public var files: [(split: DataSplit, file: DataFileSpecification)] {
        var files: [(split: DataSplit, file: DataFileSpecification)] = [(.train, train)]
        if let validation { files.append((.validation, validation)) }
        if let test { files.append((.test, test)) }
        if let target { files.append((.target, target)) }
        if let targetTest { files.append((.targetTest, targetTest)) }
        return files
    }
}
