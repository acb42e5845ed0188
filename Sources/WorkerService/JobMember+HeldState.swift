import Collectives
import TransferTechniques
import WireProtocol

// What an earlier generation of the job left in memory, in the next one.
extension JobMember {
    /// Whether the held model is of use in this generation. A state outside of its limits belongs to another course
    /// of the job, and without a checkpoint there is nothing to replace it by.
    func canUse(_ held: Prepared) -> Bool { hasUsableState(held) || checkpointFile != nil }

    /// Whether the generation can go on from where this worker stands: its step is within the limits, and it has the
    /// results of the steps that the coordinator lacks.
    func hasUsableState(_ held: Prepared) -> Bool {
        let step = held.session.step
        guard (order.startStep...max(order.startStep, order.heldLimit)).contains(step) else { return false }
        return Set(order.startStep..<step).isSubset(of: records.map(\.step))
    }

    var checkpointFile: FileReference? { order.files.first { $0.path == "checkpoint.safetensors" } }

    /// Files that this generation needs: the backbone's are in memory already where there is a model.
    var missingFiles: [FileReference] {
        guard let prepared else { return order.files }
        guard !hasUsableState(prepared) else { return [] }
        return order.files.filter { $0.path == "checkpoint.safetensors" }
    }

    /// Shards of lanes whose samples are not here.
    var missingShards: [ShardReference] {
        let here = Set(prepared?.lanes ?? [])
        return order.shards.filter { !here.contains($0.lane) }
    }
}
