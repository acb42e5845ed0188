import Foundation

/// Lines for people, apart from results on standard output.
enum StandardError {
    /// Whether a person looks on, rather than a file or a pipe.
    static let isTerminal = isatty(STDERR_FILENO) == 1

    static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Puts `line` in the place of the one that was drawn before.
    static func redraw(_ line: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[2K\(line)".utf8))
    }

    /// Columns of the terminal; 80 where it does not say.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
