import CheckpointFormats
import Testing

/// Headers that lie, each in one way.
@Suite struct SafetensorsHeaderTests {
    struct BadHeader: Sendable, CustomTestStringConvertible {
        var json: String
        var dataBytes = 16
        var reason: String
        var tensor: String?
        var testDescription: String { reason }
    }

    static let a = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
    static let b = #""b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}"#

    static let bad: [BadHeader] = [
        BadHeader(json: "[]", dataBytes: 0, reason: "does not begin with"),
        BadHeader(json: " {}", dataBytes: 0, reason: "does not begin with"),
        BadHeader(json: "{\(a),\(b)", reason: "not valid JSON"),
        BadHeader(json: "{\(a),\(a)}", reason: "stands twice"),
        BadHeader(json: "{\(a)}", reason: "belong to none"),
        BadHeader(json: "{\(b)}", reason: "follows unused bytes", tensor: "b"),
        BadHeader(json: "{\(a),\(b)}", dataBytes: 15, reason: "ends at byte", tensor: "b"),
        BadHeader(
            json: #"{\#(a),"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, dataBytes: 12,
            reason: "overlaps", tensor: "b"),
        BadHeader(
            json: #"{\#(a),"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#, reason: "unused bytes",
            tensor: "b"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}"#, reason: "takes 12", tensor: "a"
        ),
        BadHeader(
            json: #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,16]}}"#, reason: "takes 8", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F12","shape":[4],"data_offsets":[0,16]}}"#, reason: "F12", tensor: "a"),
        BadHeader(json: #"{"a":{"shape":[4],"data_offsets":[0,16]}}"#, reason: "dtype", tensor: "a"),
        BadHeader(json: #"{"a":{"dtype":"F32","data_offsets":[0,16]}}"#, reason: "shape", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}"#, reason: "shape", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,16]}}"#, reason: "shape", tensor: "a"),
        BadHeader(json: #"{"a":{"dtype":"F32","shape":[4]}}"#, reason: "data_offsets", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}"#, reason: "begin", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,8,16]}}"#, reason: "begin", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}"#, reason: "begin", tensor: "a"),
        BadHeader(
            json: #"{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,16]}}"#,
            reason: "too large", tensor: "a"),
        BadHeader(
            json:
                #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}"#,
            reason: "beyond any file", tensor: "a"),
        BadHeader(json: #"{"a":4}"#, reason: "dtype", tensor: "a"),
        BadHeader(json: #"{"__metadata__":{"x":1}}"#, dataBytes: 0, reason: "no string"),
        BadHeader(json: #"{"__metadata__":"x"}"#, dataBytes: 0, reason: "no object"),
    ]

    @Test(arguments: bad)
    func isRefused(_ header: BadHeader) throws {
        let bytes = Self.file(header.json, dataBytes: header.dataBytes)
        let error = try #require(throws: CheckpointError.self) {
            try SafetensorsFile(bytes: bytes, name: "bad")
        }
        #expect(error.code == .malformed)
        #expect(error.tensor == header.tensor)
        #expect(error.description.contains(header.reason), "\(error)")
    }

    @Test func lengthIsNotTrusted() {
        for length: UInt64 in [0, 1, 1000, 100_000_001, UInt64(Int.max), .max] {
            let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
            #expect(throws: CheckpointError.self) {
                try SafetensorsFile(bytes: prefix + Array("{}".utf8), name: "x")
            }
        }
    }

    @Test func soundHeaderIsRead() throws {
        let file = try SafetensorsFile(
            bytes: Self.file("{\(Self.b),\(Self.a)}   ", dataBytes: 16), name: "good")
        #expect(file.names == ["a", "b"])
        #expect(try SafetensorsFile(bytes: Self.file("{}", dataBytes: 0), name: "empty").names == [])
    }

    private static func file(_ json: String, dataBytes: Int) -> [UInt8] {
        let header = Array(json.utf8)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        return length + header + [UInt8](repeating: 0, count: dataBytes)
    }
}
