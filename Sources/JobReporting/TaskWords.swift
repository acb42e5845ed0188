import TrainingJobs

/// What a model card calls a kind of task.
struct TaskWords {
    /// The hub's name of the task; see https://huggingface.co/tasks.
    let pipeline: String
    let pipelineTitle: String
    /// As a noun after "a" or "an".
    let model: String
    /// How the folder is used.
    let usage: String
    /// The hub's name of the library that loads the folder; `nil`: none of those that it knows.
    let library: String?
    /// Whether samples are texts, for which a backbone has embeddings, tokens and pooling.
    let isOfTexts: Bool

    init(_ specification: JobSpecification) {
        let kind = specification.tasks.first?.kind ?? .textClassification
        isOfTexts = kind == .textClassification
        switch kind {
        case .textClassification where specification.technique.kind == .pretraining:
            pipeline = "feature-extraction"
            pipelineTitle = "Feature Extraction"
            model = "A text backbone"
            library = "transformers"
            usage = """
                Name this folder as `backbone.folder` of a job. It also loads with `AutoModel` and `AutoTokenizer` of \
                Hugging Face transformers.
                """
        case .textClassification:
            pipeline = "text-classification"
            pipelineTitle = "Text Classification"
            model = "A text classifier"
            library = "transformers"
            usage = """
                ```
                graft predict . --text "some text"
                ```

                The folder also loads with `AutoModelForSequenceClassification` and `AutoTokenizer` of Hugging Face \
                transformers.
                """
        case .imageClassification:
            pipeline = "image-classification"
            pipelineTitle = "Image Classification"
            model = "An image classifier"
            library = nil
            usage = """
                ```
                graft predict . image.png
                ```

                Weights and configuration are in the layout that the backbone came in, which its own library loads. As \
                `backbone.folder` of a job, the folder is a backbone without its head.
                """
        case .tableClassification:
            pipeline = "tabular-classification"
            pipelineTitle = "Tabular Classification"
            model = "A classifier of table rows"
            library = nil
            usage = """
                ```
                graft predict . table.csv
                ```

                `model.safetensors` holds plain linear layers, `config.json` the columns with their means and deviations. \
                As `backbone.folder` of a job, the folder is a backbone without its head.
                """
        }
    }
}
