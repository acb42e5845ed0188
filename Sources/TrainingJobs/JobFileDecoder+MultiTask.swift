import Yams

extension JobFileDecoder {
    func multiTask(_ job: JobFileSection) -> MultiTaskSpecification? {
        guard let node = job.node("multi_task") else { return nil }
        let section = JobFileSection(
            node, keyPath: "multi_task", keys: ["sampling", "temperature", "weighting"], findings: findings)
        var multiTask = MultiTaskSpecification()
        if let sampling = section.choice("sampling", of: TaskSampling.self) { multiTask.sampling = sampling }
        if let temperature = section.number("temperature") { multiTask.temperature = temperature }
        if let weighting = section.choice("weighting", of: LossWeighting.self) {
            multiTask.weighting = weighting
        }
        return multiTask
    }
}
