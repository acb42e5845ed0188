import JobScheduling
import TrainingJobs
import WireProtocol

/// The store's JSON form of a file list.
enum StoredFiles {
    static func encode(_ files: [FileReference]) throws -> String {
        try CanonicalJSON.encode(files.map(ContentFile.init))
    }

    static func decode(_ text: String?) throws -> [FileReference] {
        guard let text else { return [] }
        return try CanonicalJSON.decode([ContentFile].self, from: text).map(FileReference.init)
    }
}
