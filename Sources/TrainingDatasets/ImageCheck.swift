import ImageDecoding

/// Whether a row's image can be decoded.
enum ImageCheck {
    /// Throws `DatasetError` (`damagedImage`) that names the sample. Rows without an image pass.
    static func decode(_ row: LabelledRow) throws {
        guard case .image(let file) = row.payload else { return }
        do {
            _ = try DecodedImage(decoding: file, name: row.entry ?? row.file)
        } catch let error as ImageDecodingError {
            throw row.error(.damagedImage, "The image \(error.message).")
        }
    }
}
