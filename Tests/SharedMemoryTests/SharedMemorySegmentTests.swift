import Foundation
import Testing
import TestingSupport

@testable import SharedMemory

@Suite(.timeLimit(.minutes(1))) struct SharedMemorySegmentTests {
    private let prefix = "graft-test-\(UUID().uuidString)"
    private let folder = SharedMemorySegment.standardDirectory

    @Test("what one side writes the other reads; the name can go meanwhile")
    func sharing() throws {
        let made = try SharedMemorySegment.create(prefix: prefix, byteCount: 10_000)
        let opened = try SharedMemorySegment.open(name: made.name, byteCount: 10_000)
        made.removeName()
        #expect(throws: SharedMemoryError.self) {
            try SharedMemorySegment.open(name: made.name, byteCount: 10_000)
        }
        made.withMutableBytes(9_000..<9_008) { $0.storeBytes(of: 77, as: UInt64.self) }
        let number = opened.withBytes(9_000..<9_008) { $0.unsafeLoad(as: UInt64.self) }
        #expect(number == 77)
        opened.counter(at: 64).store(5)
        #expect(made.counter(at: 64).value == 5 && made.counter(at: 0).value == 0)
    }

    @Test("a wait ends with the change, or with the time")
    func waiting() async throws {
        let made = try SharedMemorySegment.create(prefix: prefix, byteCount: 4096)
        let opened = try SharedMemorySegment.open(name: made.name, byteCount: 4096)
        #expect(opened.counter(at: 0).wait(whileAt: 0, spins: 0, atMost: .milliseconds(5)) == 0)
        let thread = Thread {
            Thread.sleep(forTimeInterval: 0.02)
            made.counter(at: 0).store(9)
        }
        thread.start()
        #expect(opened.counter(at: 0).wait(whileAt: 0, spins: 10, atMost: .seconds(30)) == 9)
    }

    @Test("the owner's end is seen, and its release")
    func ends() throws {
        let name = "\(prefix)-killed"
        let holder = try LockHolder(path: "\(folder)/\(name)", byteCount: 4096)
        defer { unlink("\(folder)/\(name)") }
        let killed = try SharedMemorySegment.open(name: name, byteCount: 4096)
        #expect(!killed.ownerIsGone)
        holder.kill()
        #expect(killed.ownerIsGone)

        var made: SharedMemorySegment? = try SharedMemorySegment.create(prefix: prefix, byteCount: 4096)
        let released = try SharedMemorySegment.open(name: try #require(made).name, byteCount: 4096)
        #expect(!released.ownerIsGone && made?.ownerIsGone == false)
        made = nil
        #expect(released.ownerIsGone)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(released.name)"))
    }

    @Test("leftovers of killed processes are removed, what is in use is not")
    func leftovers() throws {
        let name = "\(prefix)-leftover"
        let holder = try LockHolder(path: "\(folder)/\(name)", byteCount: 4096)
        let used = try SharedMemorySegment.create(prefix: prefix, byteCount: 4096)
        #expect(SharedMemorySegment.removeLeftovers(prefix: prefix) == 0)
        holder.kill()
        #expect(SharedMemorySegment.removeLeftovers(prefix: prefix) == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(name)"))
        #expect(FileManager.default.fileExists(atPath: "\(folder)/\(used.name)"))
    }

    @Test("more than there is room for is an error, and leaves nothing")
    func full() throws {
        let error = try #require(throws: SharedMemoryError.self) {
            try SharedMemorySegment.create(prefix: prefix, byteCount: 1 << 50)
        }
        #expect([.noSpace, .system].contains(error.code))
        #expect(error.message.contains(folder))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!names.contains { $0.hasPrefix(prefix) })
    }

    @Test("what is not there, or of another size, is not opened")
    func refusals() throws {
        let made = try SharedMemorySegment.create(prefix: prefix, byteCount: 4096)
        #expect { try SharedMemorySegment.open(name: made.name, byteCount: 8192) } throws: {
            ($0 as? SharedMemoryError)?.code == .wrongSize
        }
        for name in ["", "\(prefix)-none", "../\(made.name)"] {
            #expect { try SharedMemorySegment.open(name: name, byteCount: 4096) } throws: {
                ($0 as? SharedMemoryError)?.code == .notFound
            }
        }
        #expect { try SharedMemorySegment.create(in: "/nowhere", prefix: "a", byteCount: 1) } throws: {
            ($0 as? SharedMemoryError)?.code == .notFound
        }
    }
}
