import Yams

extension JobFileDecoder {
    /// A method, or a mapping.
    func adaptation(_ job: JobFileSection) -> AdaptationSpecification? {
        guard let node = job.node("adaptation") else { return nil }
        if case .scalar = node {
            return job.choice(node, "adaptation", of: AdaptationMethod.self).map {
                AdaptationSpecification(method: $0)
            }
        }
        let section = JobFileSection(
            node, keyPath: "adaptation", keys: ["method", "weight", "hidden"], findings: findings)
        let methods = AdaptationMethod.allCases.map(\.rawValue).joined(separator: ", ")
        guard case .mapping = node, section.requiredNode("method", methods) != nil,
            let method = section.choice("method", of: AdaptationMethod.self)
        else { return nil }
        var adaptation = AdaptationSpecification(method: method, hidden: section.integer("hidden"))
        if let weight = section.single("weight") { adaptation.weight = weight }
        return adaptation
    }
}
