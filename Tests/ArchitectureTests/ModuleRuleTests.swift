import Foundation
import Testing

/// Holds the rules of docs/architecture.md against the package's own description and its sources.
@Suite struct ModuleRuleTests {
    static let networkHalf: Set<String> = [
        "CZeroMQ", "CProtobufC", "CWireMessages", "CSharedMemory", "ZeroMQMessaging", "WireProtocol",
        "SharedMemory", "Collectives",
    ]
    static let computeHalf: Set<String> = [
        "CTensorKernels", "COpenBLAS", "TensorKernels", "DifferentiableTensors", "NeuralLayers", "Optimizers",
        "CheckpointFormats", "Tokenization", "FeatureCache", "PretrainedBackbones", "TaskHeads",
        "DomainAdaptation", "TransferTechniques",
    ]
    static let services: Set<String> = [
        "CoordinatorService", "WorkerService", "CommandLineInterface", "graft",
    ]

    let package: PackageDescription

    init() throws {
        package = try PackageDescription.load()
        try #require(package.modules.count > 20, "swift package dump-package gave no targets")
    }

    @Test func halvesNeverMeetBelowTheWorker() {
        for name in Self.networkHalf {
            #expect(
                package.reach(of: name).isDisjoint(with: Self.computeHalf), "\(name) reaches the compute half"
            )
        }
        for name in Self.computeHalf {
            #expect(
                package.reach(of: name).isDisjoint(with: Self.networkHalf), "\(name) reaches the network half"
            )
        }
    }

    @Test func nothingBelowReachesTheServices() {
        for (name, module) in package.modules where module.kind != "test" && !Self.services.contains(name) {
            #expect(package.reach(of: name).isDisjoint(with: Self.services), "\(name) reaches a service")
        }
        #expect(!package.reach(of: "CoordinatorService").contains("WorkerService"))
        #expect(!package.reach(of: "WorkerService").contains("CoordinatorService"))
    }

    @Test func everyModuleOfTheHalvesExists() {
        for name in Self.networkHalf.union(Self.computeHalf).union(Self.services) {
            #expect(package.modules[name] != nil, "the rules name \(name), the package does not have it")
        }
    }

    @Test func importsAreDeclared() throws {
        for (name, module) in package.modules where ["regular", "executable"].contains(module.kind) {
            for (file, imported) in try PackageDescription.imports(of: name) {
                let undeclared = imported.intersection(package.modules.keys).subtracting(module.dependencies)
                #expect(
                    undeclared.isEmpty, "\(name)/\(file) imports \(undeclared.sorted()) without saying so")
            }
        }
    }

    @Test func dependenciesAreUsed() throws {
        for (name, module) in package.modules where module.kind == "regular" {
            let imported = try PackageDescription.imports(of: name).values.reduce(into: Set<String>()) {
                $0.formUnion($1)
            }
            guard !imported.isEmpty else { continue }  // a C target
            let unused = module.dependencies.subtracting(imported)
            #expect(unused.isEmpty, "\(name) declares \(unused.sorted()) and never imports it")
        }
    }

    @Test(arguments: [
        ("CZeroMQ", "ZeroMQMessaging"), ("COpenBLAS", "TensorKernels"), ("CWireMessages", "WireProtocol"),
        ("CTensorKernels", "TensorKernels"), ("GRDB", "JobStore"), ("Yams", "TrainingJobs"),
        ("CPNG", "ImageDecoding"), ("CJPEG", "ImageDecoding"), ("CZlib", "GzipReading"),
        ("CSentencePiece", "Tokenization"), ("CSharedMemory", "SharedMemory"),
    ])
    func wrappedLibraryHasOneImporter(library: String, importer: String) throws {
        for (name, module) in package.modules where module.kind == "regular" && name != importer {
            for (file, imported) in try PackageDescription.imports(of: name) {
                #expect(!imported.contains(library), "\(name)/\(file) imports \(library)")
            }
        }
        #expect(package.modules[importer]?.dependencies.contains(library) == true)
    }

    @Test func dependenciesHaveNoCycle() {
        for name in package.modules.keys {
            #expect(!package.reach(of: name).contains(name), "\(name) reaches itself")
        }
    }
}
