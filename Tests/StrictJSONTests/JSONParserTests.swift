import Foundation
import StrictJSON
import Testing

@Suite struct JSONParserTests {
    @Test func readsAllKinds() throws {
        let text =
            #" {"b": [1, -2.5e3, true, false, null], "a": "x\n\u00e9\ud83d\ude00", "big": 9223372036854775808} "#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(value.members?.map(\.name) == ["b", "a", "big"])
        #expect(value["a"]?.string == "x\né😀")
        #expect(value["b"]?.array?.first?.integer == 1)
        guard case .number(let number)? = value["b"]?.array?[1], case .number(let big)? = value["big"] else {
            Issue.record("not numbers")
            return
        }
        #expect(number == -2500 && big == 9_223_372_036_854_775_808)
    }

    @Test func keepsCanonicallyEquivalentNamesApart() throws {
        let value = try JSONValue(parsing: Array("{\"\u{e9}\": 1, \"e\u{301}\": 2}".utf8))
        #expect(value["\u{e9}"]?.integer == 1)
        #expect(value["e\u{301}"]?.integer == 2)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "1.", "1e", "+1", "nul", "\"", "\"\u{1}\"",
        "\"\\x\"",
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\u12\"", "1 2", "{\"a\":1,\"a\":2}", "1e999",
        "{\"a\":1,\"\\u0061\":2}", String(repeating: "[", count: 200),
    ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC0, 0x80, 0x22]) }
    }

    @Test func everyTruncationIsRefused() {
        let text = Array(#"{"a":[1,{"b":"cé"}],"d":true}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text[..<length]) }
        }
    }
}
