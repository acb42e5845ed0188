// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

/// A module of Graft: `Sources/<name>`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module: `Tests/<name>Tests`.
///
/// `scripts` made the committed references; they are for people, not for the build.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil, scripts: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, exclude: scripts,
        resources: resources, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// Element-wise kernels must round alike on every instruction set, so contraction to fused
/// multiply-add is off: it would make the bits depend on the processor.
let kernelFlags: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Werror"])
]

let package = Package(
    name: "graft",
    products: [
        .executable(name: "graft", targets: ["graft"]),
        // For Benchmarks, a package of its own.
        .library(
            name: "GraftExchange",
            targets: ["Collectives", "WireProtocol", "ZeroMQMessaging", "TensorKernels"]),
        .library(
            name: "GraftCompute",
            targets: [
                "TransferTechniques", "PretrainedBackbones", "Tokenization", "TrainingJobs", "Optimizers",
                "NeuralLayers", "DifferentiableTensors", "TensorKernels", "ImageDecoding",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: one wrapper a library, and the C targets of our own; SentencePiece is C++ behind one.
        .systemLibrary(name: "CZeroMQ", pkgConfig: "libzmq", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CWireMessages", dependencies: ["CProtobufC"]),
        .target(name: "CTensorKernels", cSettings: kernelFlags),
        .target(name: "CSharedMemory", cSettings: [.unsafeFlags(["-Wall", "-Werror"])]),
        .target(
            name: "CSentencePiece", cxxSettings: [.unsafeFlags(["-Wall", "-Werror"])],
            linkerSettings: [.linkedLibrary("sentencepiece")]),

        // The network half.
        module("ZeroMQMessaging", ["CZeroMQ"]),
        module("WireProtocol", ["CWireMessages", "CProtobufC", "ZeroMQMessaging"]),
        module("SharedMemory", ["CSharedMemory"]),
        module("Collectives", ["WireProtocol", "ZeroMQMessaging", "SharedMemory"]),

        // The compute half.
        module("TensorKernels", ["CTensorKernels", "COpenBLAS"]),
        module("DifferentiableTensors", ["TensorKernels"]),
        module("NeuralLayers", ["DifferentiableTensors", "TensorKernels"]),
        module("Optimizers", ["DifferentiableTensors", "TensorKernels"]),
        module("CheckpointFormats", ["TensorKernels", "StrictJSON"]),
        module("Tokenization", ["StrictJSON", "CSentencePiece"]),
        module("ImageDecoding", ["CPNG", "CJPEG"]),
        module("ImagePreprocessing", ["ImageDecoding", "TrainingJobs"]),
        module("FeatureCache", ["TensorKernels", crypto]),
        module(
            "PretrainedBackbones",
            [
                "NeuralLayers", "DifferentiableTensors", "TensorKernels", "CheckpointFormats", "Tokenization",
                "StrictJSON",
            ]),
        module("TaskHeads", ["NeuralLayers", "DifferentiableTensors", "TensorKernels"]),
        module("DomainAdaptation", ["NeuralLayers", "DifferentiableTensors", "TensorKernels"]),
        module(
            "TransferTechniques",
            [
                "TrainingJobs", "PretrainedBackbones", "TaskHeads", "DomainAdaptation", "NeuralLayers",
                "Optimizers", "DifferentiableTensors", "TensorKernels", "CheckpointFormats", "Tokenization",
                "StrictJSON",
            ]),

        // What both halves speak of: values, no IO but files.
        module("StrictJSON"),
        module("TrainingJobs", [yams]),
        module("GzipReading", ["CZlib"]),
        module("TrainingDatasets", ["TrainingJobs", "ImageDecoding", "GzipReading", crypto]),
        module("TaskMetrics"),
        module("ContentStore", [crypto]),
        module("JobReporting", ["TrainingJobs"]),

        // Services.
        module("JobStore", ["TrainingJobs", grdb]),
        module("JobScheduling", ["TrainingJobs", "TaskMetrics"]),
        module(
            "CoordinatorService",
            [
                "ZeroMQMessaging", "WireProtocol", "TrainingJobs", "TrainingDatasets", "ContentStore",
                "JobReporting", "JobStore", "JobScheduling", lifecycle, logging,
            ]),
        module(
            "WorkerService",
            [
                "ZeroMQMessaging", "WireProtocol", "Collectives", "TrainingJobs", "TrainingDatasets",
                "ContentStore", "FeatureCache", "TransferTechniques", "DomainAdaptation",
                "PretrainedBackbones",
                "DifferentiableTensors", "TensorKernels", "CheckpointFormats", "Tokenization",
                "ImagePreprocessing", lifecycle,
                logging,
            ]),

        // Entry.
        module(
            "CommandLineInterface",
            [
                "CoordinatorService", "WorkerService", "ZeroMQMessaging", "WireProtocol", "TrainingJobs",
                "TrainingDatasets", "ContentStore", "JobReporting", "PretrainedBackbones",
                "ImageDecoding", "ImagePreprocessing", "Tokenization",
                "TransferTechniques", argumentParser, logging, lifecycle,
            ]),
        .executableTarget(name: "graft", dependencies: ["CommandLineInterface"], swiftSettings: strict),

        // Shared by tests: real input, temporary folders, a Python with the references.
        .target(name: "TestingSupport", path: "Tests/TestingSupport", swiftSettings: strict),

        tests("TensorKernels", ["CTensorKernels"], resources: [.copy("Resources")]),
        tests("DifferentiableTensors", ["TensorKernels"], resources: [.copy("Resources")]),
        tests("NeuralLayers", ["DifferentiableTensors", "TensorKernels"], resources: [.copy("Resources")]),
        tests("Optimizers", ["DifferentiableTensors", "TensorKernels"], resources: [.copy("Resources")]),
        tests("FeatureCache", ["TensorKernels", "TestingSupport"]),
        tests("StrictJSON", []),
        tests(
            "CheckpointFormats", ["TensorKernels", "TestingSupport"], resources: [.copy("Resources")],
            scripts: ["make_references.py"]),
        tests(
            "Tokenization", ["StrictJSON", "TestingSupport"], resources: [.copy("Resources")],
            scripts: [
                "make_references.py", "make_unicode_tables.py", "make_byte_level_tables.py",
                "make_byte_level_references.py", "make_sentencepiece_references.py",
            ]),
        tests(
            "PretrainedBackbones",
            [
                "NeuralLayers", "DifferentiableTensors", "TensorKernels", "CheckpointFormats", "Tokenization",
                "StrictJSON", "ImageDecoding", "TrainingDatasets", "TestingSupport",
            ], resources: [.copy("Resources")],
            scripts: [
                "make_tiny_bert.py", "make_tiny_backbones.py", "make_minilm_references.py",
                "make_resnet_references.py", "make_cifar_references.py", "make_table_references.py",
                "table_logits.py", "make_image_references.py", "image_logits.py", "make_t5_references.py",
                "make_minilm_gradients.py", "make_lenet_references.py",
            ]),
        tests(
            "TaskHeads", ["NeuralLayers", "DifferentiableTensors", "TensorKernels"],
            resources: [.copy("Resources")]),
        tests(
            "DomainAdaptation", ["DifferentiableTensors", "TensorKernels"],
            resources: [.copy("Resources")]),
        tests(
            "TransferTechniques",
            [
                "TrainingJobs", "PretrainedBackbones", "TaskHeads", "DomainAdaptation", "NeuralLayers",
                "Optimizers", "DifferentiableTensors", "TensorKernels", "CheckpointFormats", "Tokenization",
                "StrictJSON", "TestingSupport",
            ], resources: [.copy("ExportResources")], scripts: ["transformers_logits.py", "peft_logits.py"]),
        tests("TrainingJobs", [], resources: [.copy("Resources")]),
        tests("GzipReading", ["TestingSupport"]),
        tests("TrainingDatasets", ["TrainingJobs", "ImageDecoding", "TestingSupport"]),
        tests(
            "ImageDecoding", [], resources: [.copy("Resources")], scripts: ["make_images.py", "make_jpeg.c"]),
        tests(
            "ImagePreprocessing", ["ImageDecoding", "TrainingJobs"], resources: [.copy("Resources")],
            scripts: ["make_references.py"]),
        tests("TaskMetrics", [], resources: [.copy("Resources")]),
        tests("ContentStore", []),
        tests("JobReporting", ["TrainingJobs", yams]),
        tests("JobStore", ["TrainingJobs", "TestingSupport", grdb]),
        tests("JobScheduling", ["TrainingJobs"]),
        tests("ZeroMQMessaging", ["TestingSupport"]),
        tests("WireProtocol", ["CProtobufC", "ZeroMQMessaging"]),
        tests("SharedMemory", ["TestingSupport"]),
        tests("Collectives", ["WireProtocol", "ZeroMQMessaging", "SharedMemory", "TestingSupport"]),
        tests(
            "CoordinatorService",
            [
                "TrainingJobs", "JobScheduling", "WireProtocol", "ZeroMQMessaging", "ContentStore",
                "JobStore", "TestingSupport",
                lifecycle, logging,
            ]),
        tests(
            "WorkerService",
            [
                "ZeroMQMessaging", "WireProtocol", "Collectives", "TrainingJobs", "TrainingDatasets",
                "ContentStore", "FeatureCache", "TransferTechniques", "PretrainedBackbones", "TensorKernels",
                "CheckpointFormats", lifecycle, logging,
            ]),
        tests(
            "CommandLineInterface",
            [
                "CoordinatorService", "TrainingJobs", "TrainingDatasets", "JobReporting", "WireProtocol",
                "ZeroMQMessaging", "TestingSupport", argumentParser,
            ]),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["graft", "TestingSupport"], exclude: ["unfit_blas.c"],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
