import Foundation
import GRDB
import Testing
import TrainingJobs

@testable import JobStore

/// Files that are not a sound database of this version.
@Suite struct OpeningTests {
    private func codeOfOpening(_ url: URL) -> JobStoreError.Code? {
        do {
            _ = try JobStore(file: url)
            return nil
        } catch {
            return (error as? JobStoreError)?.code
        }
    }

    @Test func `text is no database`() throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "This is a letter, not a database. ", count: 100)
        try Data(text.utf8).write(to: directory.database)
        #expect(codeOfOpening(directory.database) == .corrupt)
        let after = try Data(contentsOf: directory.database)
        #expect(after == Data(text.utf8), "left as it was")
    }

    @Test func `a damaged page is found`() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try JobStore(file: directory.database)
            for index in 0..<200 {
                var job = Samples.job("job-\(index)")
                job.specificationJSON = String(repeating: "x", count: 500)
                try store.insert(JobChange(record: job))
            }
            try store.writer.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
        var bytes = try Data(contentsOf: directory.database)
        for page in stride(from: 4096 * 8, to: min(bytes.count, 4096 * 20), by: 4096) {
            bytes.replaceSubrange(page..<(page + 64), with: Data(repeating: 0xFF, count: 64))
        }
        try bytes.write(to: directory.database)
        #expect(codeOfOpening(directory.database) == .corrupt)
    }

    @Test func `another program's database is refused and left alone`() throws {
        let directory = try TemporaryDirectory()
        do {
            let queue = try DatabaseQueue(path: directory.database.path)
            try queue.write { try $0.execute(sql: "CREATE TABLE recipes (name TEXT)") }
        }
        #expect(codeOfOpening(directory.database) == .foreign)
        let queue = try DatabaseQueue(path: directory.database.path)
        let tables = try queue.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") }
        #expect(tables == ["recipes"])
    }

    @Test func `a later version's database is refused`() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try JobStore(file: directory.database)
            try store.writer.write {
                try $0.execute(
                    sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999-from-the-future')")
            }
        }
        #expect(codeOfOpening(directory.database) == .newer)
    }

    @Test func `a folder that is not there is named`() {
        let url = URL(fileURLWithPath: "/nonexistent-folder/coordinator.sqlite")
        let error = #expect(throws: JobStoreError.self) { try JobStore(file: url) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("/nonexistent-folder/coordinator.sqlite") == true)
    }

    @Test func `writes are synchronous to the disk and journaled ahead`() throws {
        let directory = try TemporaryDirectory()
        let store = try JobStore(file: directory.database)
        let (synchronous, journal) = try store.writer.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try String.fetchOne(database, sql: "PRAGMA journal_mode")
            )
        }
        #expect(synchronous == 2)
        #expect(journal == "wal")
    }
}
