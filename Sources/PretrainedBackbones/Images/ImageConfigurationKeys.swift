import StrictJSON

/// What `config.json` of an image network says in the manner of timm: `architecture`, `num_classes`, and the
/// input's size and normalisation, which timm keeps under `pretrained_cfg` and other files at the top.
extension ConfigurationFile {
    /// Without how the network was trained, which timm adds: "resnet50" of "resnet50.a1_in1k".
    func architecture() throws -> String {
        guard let architecture = root["architecture"]?.string else {
            throw malformed("\"architecture\" is missing")
        }
        return String(architecture.prefix { $0 != "." })
    }

    /// - Parameter otherwise: where the key is missing; `nil`: an error then.
    func classCount(otherwise: Int? = nil) throws -> Int {
        let value = imageValue("num_classes")
        if value == nil, let otherwise { return otherwise }
        guard let count = value?.integer, (0...1_000_000).contains(count) else {
            throw malformed("\"num_classes\" is no whole number of 0 to 1000000")
        }
        return count
    }

    func imageInput() throws -> ImageInput {
        let size = try imageSize(channels: 3)
        let deviation = try colours("std", imageValue("std"))
        return ImageInput(
            height: size.height, width: size.width, mean: try colours("mean", imageValue("mean")),
            standardDeviation: try positive("std", deviation))
    }

    /// The input of a network that may also take grey images: `input_size` [1, height, width], and one number each
    /// for `mean` and `std`, which then is that of all three colours.
    func greyOrColourInput() throws -> (input: ImageInput, channels: Int) {
        guard imageValue("input_size")?.array?.first?.integer == 1 else { return (try imageInput(), 3) }
        let size = try imageSize(channels: 1)
        let means = Self.floats(imageValue("mean"))
        let deviations = try positive("std", Self.floats(imageValue("std")))
        guard let mean = means.first, means.count == 1,
            let deviation = deviations.first, deviations.count == 1,
            abs(mean) <= 1000
        else { throw malformed("\"mean\" or \"std\" is no list of one number, as grey images have") }
        let input = ImageInput(
            height: size.height, width: size.width, mean: Array(repeating: mean, count: 3),
            standardDeviation: Array(repeating: deviation, count: 3))
        return (input, 1)
    }

    private func imageSize(channels: Int) throws -> (height: Int, width: Int) {
        guard let size = imageValue("input_size")?.array?.map(\.integer), size.count == 3,
            size[0] == channels, let height = size[1], let width = size[2],
            (1...4096).contains(height), (1...4096).contains(width)
        else { throw malformed("\"input_size\" is not [\(channels), height, width], each of 1 to 4096") }
        return (height, width)
    }

    /// - Parameter value: that of `key`.
    func colours(_ key: String, _ value: JSONValue?) throws -> [Float] {
        let numbers = Self.floats(value)
        guard numbers.count == 3, numbers.allSatisfy({ abs($0) <= 1000 }) else {
            throw malformed("\"\(key)\" is no list of three numbers")
        }
        return numbers
    }

    func positive(_ key: String, _ numbers: [Float]) throws -> [Float] {
        guard numbers.allSatisfy({ $0 > 0 }) else {
            throw malformed("\"\(key)\" has a number that is not above 0")
        }
        return numbers
    }

    private func imageValue(_ key: String) -> JSONValue? { root[key] ?? root["pretrained_cfg"]?[key] }
}
