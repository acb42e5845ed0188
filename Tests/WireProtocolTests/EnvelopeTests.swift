import CProtobufC
import Testing

@testable import WireProtocol

@Suite struct EnvelopeTests {
    @Test("every body survives the wire", arguments: sampleBodies.map(\.name))
    func roundTrip(name: String) throws {
        let body = try #require(sampleBodies.first { $0.name == name })
        let envelope = Envelope(requestID: "request 7 ü", body: body)
        #expect(try Envelope.decode(try envelope.encode()) == envelope)
    }

    @Test("protobuf-c alone reads what is written here", arguments: sampleBodies.map(\.name))
    func readByProtobufC(name: String) throws {
        let body = try #require(sampleBodies.first { $0.name == name })
        let bytes = try Envelope(requestID: "abc", body: body).encode()
        let unpacked = try #require(
            protobuf_c_message_unpack(MessageLayout.envelope.descriptor, nil, bytes.count, bytes))
        defer { protobuf_c_message_free_unpacked(unpacked, nil) }
        #expect(unpacked.pointee.n_unknown_fields == 0)
        // The same bytes again, though it packs the whole envelope by itself.
        var packed = [UInt8](repeating: 0, count: protobuf_c_message_get_packed_size(unpacked))
        protobuf_c_message_pack(unpacked, &packed)
        #expect(packed == bytes)
    }

    @Test func emptyMessages() throws {
        for body in [WireBody.acknowledged(Acknowledged()), .blobChunk(BlobChunk()), .jobDetail(JobDetail())]
        {
            #expect(try Envelope.decode(try Envelope(body: body).encode()) == Envelope(body: body))
        }
    }

    @Test("extreme numbers keep their value")
    func extremes() throws {
        let bodies: [WireBody] = [
            .segmentDone(
                SegmentDone(steps: [
                    StepRecord(step: .max, lossFixed: .min, samples: Int(UInt32.max)),
                    StepRecord(lossFixed: .max, learningRate: -0.0, gradientNorm: .infinity),
                ])),
            .jobDetail(
                JobDetail(
                    summary: JobSummary(createdAtMilliseconds: .min, metricValue: .leastNonzeroMagnitude))),
            .modelEvaluated(ModelEvaluated(evaluation: [EvaluationCounts(confusion: [0, .max, 1])])),
        ]
        for body in bodies {
            #expect(try Envelope.decode(try Envelope(body: body).encode()).body == body)
        }
    }

    @Test("what has no place in its field is refused when written")
    func unrepresentable() {
        let bodies: [WireBody] = [
            .getJobLog(GetJobLog(jobID: "a", afterSequence: -1)),
            .getBlobChunk(GetBlobChunk(length: 1 << 33)),
            .prepareJob(PrepareJob(lanes: [1, -2])),
            .cancelJob(CancelJob(jobID: "a\0b")),
            .queryBlobs(QueryBlobs(sha256s: ["fine", "\0"])),
            .jobDetail(JobDetail(summary: JobSummary(workers: -5))),
        ]
        for body in bodies {
            #expect { try Envelope(body: body).encode() } throws: {
                ($0 as? WireError)?.code == .unrepresentable
            }
        }
    }

    @Test func tooLargeToSendAndToRead() throws {
        let data = [UInt8](repeating: 1, count: Envelope.maximumBytes)
        #expect { try Envelope(body: .blobChunk(BlobChunk(data: data))).encode() } throws: {
            ($0 as? WireError)?.code == .tooLarge
        }
        #expect { try Envelope.decode(data + [0]) } throws: { ($0 as? WireError)?.code == .tooLarge }
    }

    @Test("another version is refused with both versions and the request's id")
    func versionMismatch() throws {
        let bytes = try Envelope(protocolVersion: 9, requestID: "r1", body: .listJobs(ListJobs())).encode()
        let error = try #require(throws: WireError.self) { try Envelope.decode(bytes) }
        #expect(error.code == .versionMismatch)
        #expect(error.requestID == "r1")
        #expect(error.message.contains("version 9") && error.message.contains("version 2"))
        let refusal = Envelope.refusal(of: error)
        #expect(refusal.requestID == "r1")
        guard case .refusal(let content) = refusal.body else {
            Issue.record("no refusal")
            return
        }
        #expect(content.code == "version-mismatch" && content.message == error.message)
    }
}
