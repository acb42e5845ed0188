/// Paths of files that travel by content: relative, with '/' separators, staying inside their folder.
public enum LogicalPath {
    public static func isValid(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= 512, path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return false
        }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\\")
        }
    }
}
