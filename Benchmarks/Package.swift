// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "graft-benchmarks",
    dependencies: [.package(name: "graft", path: "..")],
    targets: [
        .executableTarget(
            name: "GraftBenchmarks", dependencies: [.product(name: "GraftCompute", package: "graft")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "ExchangeBenchmarks",
            dependencies: [.product(name: "GraftExchange", package: "graft"), "CRawZeroMQ"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .target(name: "CRawZeroMQ", linkerSettings: [.linkedLibrary("zmq")]),
        .executableTarget(
            name: "ConvolutionTimes", dependencies: [.product(name: "GraftCompute", package: "graft")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
