// `stdout` is a variable of C, which nothing here changes.
@preconcurrency import Glibc

/// Results, for programs and people.
enum StandardOutput {
    /// Has each line written at once, also to a pipe or a file, so that scripts see it when it is printed.
    static func writeLineByLine() { setvbuf(stdout, nil, _IOLBF, 0) }
}
