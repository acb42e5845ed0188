import ArgumentParser

/// Which job a command is about.
struct JobSelection: ParsableArguments {
    @Argument(help: "A job's id or the start of it, or its name: then the latest so called.")
    var job: String
}
