import Testing

@testable import CommandLineInterface

@Suite struct RestartPauseTests {
    @Test func `pauses double, are bounded, and begin anew after a good minute`() {
        var deaths = 0
        var pauses: [Duration] = []
        for _ in 0..<9 {
            let pause = RestartPause.after(deathsBefore: deaths, lived: .seconds(1))
            deaths = pause.deaths
            pauses.append(pause.length)
        }
        #expect(
            pauses.prefix(4) == [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2)])
        #expect(pauses.suffix(2) == [.seconds(30), .seconds(30)])
        #expect(
            RestartPause.after(deathsBefore: 100_000, lived: .zero)
                == RestartPause(deaths: 100_001, length: .seconds(30)))
        #expect(
            RestartPause.after(deathsBefore: 9, lived: RestartPause.recovery)
                == RestartPause(deaths: 1, length: .milliseconds(250)))
    }
}
