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
            name: "ConvolutionTimes", dependencies: [.product(name: "GraftCompute", package: "graft")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
