import JobReporting

/// Shows how much of an upload is done, on a terminal only.
struct UploadDisplay {
    func show(sent: Int, total: Int) {
        guard StandardError.isTerminal else { return }
        let text = "uploading   \(ReadableFigures.bytes(sent)) of \(ReadableFigures.bytes(total))"
        StandardError.redraw(sent < total ? text : "")
    }
}
