import Foundation
import ImageDecoding
import Testing

/// What Pillow and torchvision made: see make_references.py.
struct References: Decodable {
    struct Size: Decodable {
        var width: Int
        var height: Int
        var kept: Double
    }

    struct Colour: Decodable {
        var brightness: Double
        var contrast: Double
        var saturation: Double
    }

    var sizes: [Size]
    var colours: [Colour]

    static func load() throws -> References {
        try JSONDecoder().decode(References.self, from: Data(bytes("cases.json")))
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Resources"))
        return [UInt8](try Data(contentsOf: url))
    }

    static func image(_ name: String) throws -> DecodedImage {
        try DecodedImage(decoding: bytes(name), name: name)
    }
}

/// The largest difference of two pixels' levels.
func largestDifference(_ first: [UInt8], _ second: [UInt8]) -> Int {
    guard first.count == second.count else { return .max }
    return zip(first, second).map { abs(Int($0) - Int($1)) }.max() ?? 0
}
