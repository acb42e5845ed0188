import Foundation
import StrictJSON
import Testing

enum Resources {
    static func url(_ name: String) throws -> URL {
        Bundle.module.bundleURL.appendingPathComponent("Resources").appendingPathComponent(name)
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: url(name)))
    }
}
