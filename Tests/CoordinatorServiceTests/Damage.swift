import Foundation
import WireProtocol

/// What disks do.
enum Damage {
    /// Flips a bit in the middle of a file.
    static func flipBit(in file: URL) throws {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        let place = try handle.seekToEnd() / 2
        try handle.seek(toOffset: place)
        let byte = try handle.read(upToCount: 1)?.first ?? 0
        try handle.seek(toOffset: place)
        try handle.write(contentsOf: Data([byte ^ 0x10]))
    }
}

extension WireBody {
    var refusalCode: String? {
        if case .refusal(let refusal) = self { refusal.code } else { nil }
    }
}
