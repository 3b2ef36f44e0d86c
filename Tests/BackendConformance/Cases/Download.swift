import BackendAPI

extension ConformanceCase {
    static let download = [
        ConformanceCase(130, "the bytes are the provider's, unchanged") { bench in
            let (run, outputs) = try await bench.outputs()
            guard let output = outputs.first else { throw ConformanceFailure("no output") }
            let sink = KeepingSink()
            try await bench.backend.download(output, to: sink)
            let digest = Picture.digest(sink.bytes)
            try bench.expect(await bench.stand.resultDigest(of: run) == digest, "\(sink.bytes.count) other bytes")
        },
        ConformanceCase(131, "a download may be repeated") { bench in
            let output = try await bench.output()
            let sinks = [KeepingSink(), KeepingSink()]
            for sink in sinks { try await bench.backend.download(output, to: sink) }
            try bench.expect(sinks[0].bytes == sinks[1].bytes, "other bytes")
        },
        ConformanceCase(132, "every output can be read") { bench in
            for output in try await bench.outputs().outputs {
                let sink = KeepingSink()
                try await bench.backend.download(output, to: sink)
                try bench.expect(!sink.bytes.isEmpty, "'\(output.name)' is empty")
            }
        },
        ConformanceCase(133, "what the sink refuses is told as such, and the sink is left alone then") { bench in
            let output = try await bench.output()
            for limit in [0, 1, 10] {
                let sink = KeepingSink(bytesMax: limit)
                let error = try await bench.error { () throws(BackendError) in
                    try await bench.backend.download(output, to: sink)
                }
                try bench.expect(error.errorClass == .refusedBySink, "\(error)")
                try bench.expect(!sink.wasCalledAgain && sink.bytes.count <= limit, "it went on")
            }
        },
        trouble(134, "an address that no longer works is expired", .fileExpired, .expired),
        trouble(135, "a server's fault may pass", .fileFault, .transient),
        trouble(136, "half a file is no file", .fileCut, .transient),
        trouble(137, "a place that nobody allowed is not read", .fileElsewhere, .configuration),
        ConformanceCase(138, "a cancelled download returns", [.works, .fileHangs]) { bench in
            let output = try await bench.output()
            let hasRead = await bench.cancelled(at: .file) {
                (try? await bench.backend.download(output, to: KeepingSink())) != nil
            }
            try bench.expect(!hasRead, "it succeeded")
        },
        ConformanceCase(139, "20 downloads at a time bring the same bytes") { bench in
            let output = try await bench.output()
            let digests = try await bench.together(20) {
                let sink = KeepingSink()
                try await bench.backend.download(output, to: sink)
                return Picture.digest(sink.bytes)
            }
            try bench.expect(Set(digests).count == 1, "other bytes")
        },
        ConformanceCase(140, "an address that makes no sense is an error, and is not shown with its query") { bench in
            for url in [
                "", "nonsense", "file:///etc/passwd", "http://[::1", "https://x.invalid/a?Signature=canary-sig",
            ] {
                let error = try await bench.error { () throws(BackendError) in
                    try await bench.backend.download(RunOutput(name: "x", url: url, node: ""), to: KeepingSink())
                }
                try bench.expect(!error.message.contains("canary-sig"), "a signature is shown")
            }
        },
    ]

    private static func trouble(
        _ number: Int, _ title: String, _ condition: Condition, _ expected: BackendError.Class
    ) -> ConformanceCase {
        ConformanceCase(number, title, [.works, condition]) { bench in
            let output = try await bench.output()
            let error = try await bench.error { () throws(BackendError) in
                try await bench.backend.download(output, to: KeepingSink())
            }
            try bench.expect(error.errorClass == expected, "\(error)")
        }
    }
}
