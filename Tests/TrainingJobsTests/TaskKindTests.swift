import Foundation
import Testing

@testable import TrainingJobs

/// Keys of image and table tasks.
@Suite struct TaskKindTests {
    static let images = """
        name: digits
        backbone: model
        technique: feature-extraction
        tasks:
          - name: digit
            kind: image-classification
            train: {path: train-images-idx3-ubyte.gz, labels: train-labels-idx1-ubyte.gz, limit_per_label: 10}
            validation: [val-0.tar, val-1.tar]
            test: {path: test, format: folder}
            class_names: classes.txt
            classes: [cat, 5, "6"]
            augmentation: {crop: 4, flip: true, colour: 0.2, views: 3}
        training: {mixup: 0.2}
        """

    static let table = """
        name: flowers
        backbone: model
        technique: fine-tuning
        tasks:
          - {name: iris, kind: table-classification, train: a.csv, label: species, columns: [petal, sepal]}
        """

    @Test func imageKeysAreRead() throws {
        let job = try decode(Self.images).specification
        #expect(
            job.tasks == [
                TaskSpecification(
                    name: "digit", kind: .imageClassification,
                    train: DataFileSpecification(
                        path: "train-images-idx3-ubyte.gz", format: .idx,
                        labels: "train-labels-idx1-ubyte.gz",
                        limitPerLabel: 10),
                    validation: DataFileSpecification(
                        paths: ["val-0.tar", "val-1.tar"], format: .webdataset),
                    test: DataFileSpecification(path: "test", format: .folder), classNames: "classes.txt",
                    classes: ["cat", "5", "6"],
                    augmentation: ImageAugmentation(crop: 4, flip: true, colour: 0.2, views: 3))
            ])
        #expect(job.training.mixup == 0.2)
        let json = try CanonicalJSON.encode(job)
        #expect(try CanonicalJSON.decode(JobSpecification.self, from: json) == job)
    }

    @Test func tableKeysAreRead() throws {
        let task = try decode(Self.table).specification.tasks[0]
        #expect(task.kind == .tableClassification)
        #expect(task.columns == ["petal", "sepal"] && task.labelColumn == "species")
    }

    @Test func dataFilesHaveLogicalPaths() throws {
        let job = try decode(Self.images).specification
        let files = JobFiles.dataFiles(of: job.tasks[0])
        #expect(
            files.map(\.path) == [
                "tasks/digit/train-images.idx", "tasks/digit/train-labels.idx",
                "tasks/digit/validation-000000.tar", "tasks/digit/validation-000001.tar",
                "tasks/digit/test-000000.tar", "tasks/digit/class_names.txt",
            ])
        #expect(
            files.map(\.source) == [
                "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "val-0.tar", "val-1.tar", "test",
                "classes.txt",
            ])
        #expect(
            try JobFiles.dataFiles(of: decode(Self.table).specification.tasks[0]).map(\.path)
                == ["tasks/iris/train.csv"])
    }

    @Test(
        arguments: [
            ("a.csv", .csv), ("A.TSV", .tsv), ("a.jsonl", .jsonl), ("a.ndjson", .jsonl),
            ("b/a.tar", .webdataset),
            ("x/train-images-idx3-ubyte", .idx), ("x.idx3.gz", .idx), ("images/", .folder), ("images", nil),
            ("a-idx/file", nil), ("a.tar.gz", nil),
        ] as [(String, DataFormat?)])
    func namesSayTheFormat(name: String, format: DataFormat?) {
        #expect(DataFormat(ofFileNamed: name) == format)
    }

    @Test(
        arguments: [
            (
                "{path: train-images-idx3-ubyte.gz, labels: train-labels-idx1-ubyte.gz, limit_per_label: 10}",
                "a.csv", "tasks[0].train", "takes webdataset, idx, folder"
            ),
            (", labels: train-labels-idx1-ubyte.gz", "", "tasks[0].train.labels", "missing"),
            ("limit_per_label: 10", "limit_per_label: 0", "tasks[0].train.limit_per_label", "Found 0"),
            (
                "limit_per_label: 10", "limit_per_label: 1, limit: 9", "tasks[0].train.limit_per_label",
                "one of"
            ),
            ("path: train-images-idx3-ubyte.gz", "path: [a-idx3, b-idx3]", "tasks[0].train.path", "2 files"),
            ("[val-0.tar, val-1.tar]", "[]", "tasks[0].validation", "empty list"),
            ("[val-0.tar, val-1.tar]", "[a.zip]", "tasks[0].validation", "give the format"),
            ("[val-0.tar, val-1.tar]", "{path: a.tar, labels: b}", "tasks[0].validation.labels", "Only IDX"),
            (
                "technique: feature-extraction", "technique: {kind: fine-tuning, lora: {}}", "technique.lora",
                "for text models"
            ),
            ("class_names: classes.txt", "text: a", "tasks[0].text", "has no text"),
            ("class_names: classes.txt", "label: a", "tasks[0].label", "no column"),
            ("class_names: classes.txt", "columns: [a]", "tasks[0].columns", "table-classification"),
            ("class_names: classes.txt", "class_names: \"\"", "tasks[0].class_names", "expected"),
            ("[cat, 5, \"6\"]", "[cat]", "tasks[0].classes", "from 2"),
            ("[cat, 5, \"6\"]", "[cat, cat]", "tasks[0].classes", "twice"),
            ("[cat, 5, \"6\"]", "cat", "tasks[0].classes", "a list of labels"),
            ("crop: 4", "crop: -1", "tasks[0].augmentation.crop", "Found -1"),
            ("flip: true", "flip: maybe", "tasks[0].augmentation.flip", "true or false"),
            ("colour: 0.2", "colour: 1", "tasks[0].augmentation.colour", "below 1"),
            ("colour: 0.2", "color: 0.2", "tasks[0].augmentation.color", "Did you mean colour?"),
            ("views: 3", "views: 0", "tasks[0].augmentation.views", "Found 0"),
            ("mixup: 0.2", "mixup: 0", "training.mixup", "above 0"),
            (
                "backbone: model", "backbone: {folder: m, maximum_length: 9}", "backbone.maximum_length",
                "texts"
            ),
            (
                "backbone: model", "backbone: {folder: m, precision: int8}", "backbone.precision",
                "image and table networks"
            ),
            (
                "technique: feature-extraction", "technique: {kind: from-scratch, pooling: cls}",
                "technique.pooling", "texts"
            ),
        ])
    func aProblemOfAnImageTaskIsNamed(old: String, new: String, keyPath: String, part: String) throws {
        try #require(Self.images.contains(old))
        let found = problems(Self.images.replacingOccurrences(of: old, with: new))
        let problem = try #require(found.first { $0.keyPath == keyPath }, "\(found)")
        #expect(problem.message.contains(part), "\(problem)")
        #expect((problem.location?.line ?? 0) > 0)
    }

    @Test(
        arguments: [
            ("train: a.csv", "train: a.tar", "tasks[0].train", "image-classification"),
            ("[petal, sepal]", "[petal, petal]", "tasks[0].columns", "twice"),
            ("[petal, sepal]", "[petal, species]", "tasks[0].columns", "must not see"),
            ("[petal, sepal]", "[]", "tasks[0].columns", "Found 0"),
            ("[petal, sepal]", "[a, [b]]", "tasks[0].columns", "a list"),
            ("columns: [petal, sepal]", "text: a", "tasks[0].text", "under columns"),
            ("columns: [petal, sepal]", "class_names: a", "tasks[0].class_names", "by number"),
            ("columns: [petal, sepal]", "augmentation: {flip: true}", "tasks[0].augmentation", "Only images"),
            (
                "technique: fine-tuning", "technique: fine-tuning\ntraining: {mixup: 1}", "training.mixup",
                "Only images"
            ),
        ])
    func aProblemOfATableTaskIsNamed(old: String, new: String, keyPath: String, part: String) throws {
        try #require(Self.table.contains(old))
        let found = problems(Self.table.replacingOccurrences(of: old, with: new))
        let problem = try #require(found.first { $0.keyPath == keyPath }, "\(found)")
        #expect(problem.message.contains(part), "\(problem)")
    }

    @Test func textsTakeNoArchives() {
        let found = problems(smallJob.replacingOccurrences(of: "train: a.csv", with: "train: a.tar"))
        #expect(found.map(\.keyPath) == ["tasks[0].train"])
    }
}
