import JobStore
import Testing

@testable import CoordinatorService

/// When a silent worker counts as lost, by the clock that the test turns.
@Suite struct WorkerSilenceTests {
    private func registry(beats: [Double]) -> (WorkerRegistry, end: Double) {
        var registry = WorkerRegistry()
        registry.register(
            WorkerRecord(
                id: "w", sessionID: "s", name: "w", host: "h", processID: 1, cores: 1, memoryBytes: 1,
                peerEndpoint: "tcp://h:1", kernelFamily: "k", softwareVersion: "1", registeredAt: 0),
            identity: [1], at: 0)
        var now = 0.0
        for beat in beats {
            now += beat
            registry["w"]?.heard(at: now)
        }
        return (registry, now)
    }

    /// Seconds of silence after which the worker is lost, in steps of a tenth.
    private func limit(_ registry: WorkerRegistry, since end: Double) -> Double {
        for tenths in 1...200 {
            var registry = registry
            let silence = Double(tenths) / 10
            if !registry.expire(at: end + silence, timeout: 10).isEmpty { return silence }
        }
        return .infinity
    }

    @Test("steady heartbeats are missed sooner than jittery ones, neither beyond the configured time")
    func jitter() {
        let (steady, steadyEnd) = registry(beats: Array(repeating: 2, count: 40))
        let (jittery, jitteryEnd) = registry(beats: (0..<40).map { $0 % 2 == 0 ? 0.5 : 3.5 })
        #expect(limit(steady, since: steadyEnd) > 5 && limit(steady, since: steadyEnd) < 7)
        #expect(abs(limit(jittery, since: jitteryEnd) - 10) < 0.2)
        let (fast, fastEnd) = registry(beats: Array(repeating: 0.1, count: 40))
        #expect(abs(limit(fast, since: fastEnd) - 5) < 0.2, "half the configured time at the least")
        let (fresh, freshEnd) = registry(beats: [])
        #expect(abs(limit(fresh, since: freshEnd) - 10) < 0.2)
    }

    @Test("time that the coordinator was held up for is nobody's silence")
    func excuse() {
        var (registry, end) = registry(beats: Array(repeating: 2, count: 40))
        registry.excuse(seconds: 30, at: end + 32)
        #expect(registry.expire(at: end + 32, timeout: 10).isEmpty)
        #expect(registry["w"]?.lastHeard == end + 30)
        #expect(registry.expire(at: end + 40, timeout: 10).map(\.record.id) == ["w"])
    }
}
