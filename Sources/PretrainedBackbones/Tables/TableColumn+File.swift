import StrictJSON

/// `columns`, `column_means` and `column_deviations` of `config.json`.
extension TableColumn {
    static func read(_ source: ConfigurationFile) throws -> [TableColumn] {
        let names = (source.root["columns"]?.array ?? []).compactMap(\.string)
        guard let given = source.root["columns"]?.array, given.count == names.count, !names.isEmpty,
            names.count <= 1_000_000, Set(names).count == names.count
        else {
            throw source.malformed("\"columns\" is no list of names, no two alike")
        }
        let means = try source.floats("column_means", count: names.count)
        let deviations = try source.positive(
            "column_deviations", source.floats("column_deviations", count: names.count))
        return names.indices.map {
            TableColumn(name: names[$0], mean: means[$0], deviation: deviations[$0])
        }
    }

    static func members(_ columns: [TableColumn]) -> [JSONMember] {
        [
            JSONMember(name: "columns", value: .array(columns.map { .string($0.name) })),
            JSONMember(name: "column_means", value: .array(columns.map { .number(Double($0.mean)) })),
            JSONMember(
                name: "column_deviations", value: .array(columns.map { .number(Double($0.deviation)) })),
        ]
    }
}
