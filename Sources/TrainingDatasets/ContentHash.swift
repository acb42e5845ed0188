import Crypto
import TrainingJobs

/// One hash over a job's data in canonical form: the same samples and labels have the same hash in any file
/// format.
struct ContentHash {
    private var hash = SHA256()

    mutating func add(_ task: TaskSpecification, labels: [String], columns: [String]) {
        var bytes: [UInt8] = []
        Self.append(task.name, to: &bytes)
        Self.append(UInt64(labels.count), to: &bytes)
        for label in labels { Self.append(label, to: &bytes) }
        // A text's bytes and an image's are told apart by the task's kind.
        if task.kind != .textClassification {
            Self.append(task.kind.rawValue, to: &bytes)
            Self.append(UInt64(columns.count), to: &bytes)
            for column in columns { Self.append(column, to: &bytes) }
        }
        hash.update(data: bytes)
    }

    mutating func add(split: String, digest: [UInt8]) {
        var bytes: [UInt8] = []
        Self.append(split, to: &bytes)
        hash.update(data: bytes + digest)
    }

    func hexadecimal() -> String { Self.hexadecimal(hash.finalize()) }

    static func hexadecimal(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// Length first, so that no two sequences of texts are the same bytes.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt64(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }
}
