/// The release that this binary is of.
enum SoftwareVersion {
    static let current = "0.1.0"
}
