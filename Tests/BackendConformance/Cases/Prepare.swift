import BackendAPI

extension ConformanceCase {
    static let prepare = [
        ConformanceCase(10, "a handle has a name and lives for a while") { bench in
            let prepared = try await bench.backend.prepare(bench.source.image)
            try bench.expect(!prepared.handle.isEmpty, "no handle")
            try bench.expect(prepared.lifetimeSeconds > 0, "a lifetime of \(prepared.lifetimeSeconds) s")
        },
        ConformanceCase(11, "an upload may be repeated; each handle works") { bench in
            _ = try await bench.prepared()
            _ = try await bench.started()
            try bench.expect(await bench.stand.books.runs.count == 1, "not one run")
        },
        ConformanceCase(12, "a handle works again for a second run") { bench in
            let request = try await bench.prepared()
            for _ in 0..<2 {
                guard case .accepted = await bench.backend.submit(request) else {
                    throw ConformanceFailure("not accepted")
                }
            }
            let books = await bench.stand.books
            try bench.expect(Set(books.runs.map(\.source)).count == 1, "the runs have other pictures")
        },
        ConformanceCase(13, "the person's picture and the pose are not exchanged") { bench in
            _ = try await bench.started()
            let run = await bench.stand.books.runs.first
            try bench.expect(run?.source == bench.source.image.sha256, "the person is \(run?.source ?? "missing")")
            try bench.expect(run?.pose == bench.pose.image.sha256, "the pose is \(run?.pose ?? "missing")")
        },
        ConformanceCase(14, "an image beyond the limit is refused for good", [.works, .uploadLimit]) { bench in
            var image = bench.source.image
            image.sizeBytes = bench.stand.uploadBytesMax + 1
            let error = try await bench.error { [image] () throws(BackendError) in
                _ = try await bench.backend.prepare(image)
            }
            try bench.expect(error.errorClass == .permanent, "\(error)")
        },
        ConformanceCase(15, "a file that cannot be read is refused for good, and not shown by its path") { bench in
            var image = bench.source.image
            image.path = "/nonexistent/conformance"
            let error = try await bench.error { [image] () throws(BackendError) in
                _ = try await bench.backend.prepare(image)
            }
            try bench.expect(error.errorClass == .permanent, "\(error)")
        },
        ConformanceCase(16, "what is no picture is not taken", [.works, .uploadJudgesContent]) { bench in
            let text = try Picture("not a picture at all", head: [])
            let error = try await bench.error { () throws(BackendError) in
                _ = try await bench.backend.prepare(text.image)
            }
            try bench.expect(error.errorClass != .auth && error.errorClass != .quota, "\(error)")
        },
        ConformanceCase(17, "JPEG and WebP are taken as well", [.works, .uploadTakesOtherPictures]) { bench in
            for (head, type) in [(Picture.jpeg, "image/jpeg"), (Picture.webp, "image/webp")] {
                let picture = try Picture("other", head: head, mediaType: type)
                let prepared = try await bench.backend.prepare(picture.image)
                try bench.expect(!prepared.handle.isEmpty, "no handle for \(type)")
            }
        },
        trouble(18, "a server's fault at an upload may pass", .uploadFault, .transient),
        trouble(19, "a page in place of an answer may pass", .uploadPage, .transient),
        trouble(20, "an upload with a wrong key is the key's fault", .wrongKey, .auth),
        ConformanceCase(21, "a full provider asks for patience", [.works, .uploadFull]) { bench in
            let error = try await bench.error { () throws(BackendError) in
                _ = try await bench.backend.prepare(bench.source.image)
            }
            guard case .backpressure = error.errorClass else { throw ConformanceFailure("\(error)") }
        },
        ConformanceCase(22, "an upload whose answer was lost can be repeated", [.works, .uploadReplyLostOnce]) {
            bench in
            let error = try await bench.error { () throws(BackendError) in
                _ = try await bench.backend.prepare(bench.source.image)
            }
            try bench.expect(error.errorClass == .transient, "\(error)")
            _ = try await bench.started()
        },
        ConformanceCase(23, "a cancelled upload returns", [.works, .uploadHangs]) { bench in
            let ended = await bench.cancelled(at: .upload) { try? await bench.backend.prepare(bench.source.image) }
            try bench.expect(ended == nil, "it succeeded")
        },
        ConformanceCase(24, "50 uploads at a time each bring a handle") { bench in
            let handles = try await bench.together(50) { try await bench.backend.prepare(bench.source.image).handle }
            try bench.expect(handles.allSatisfy { !$0.isEmpty }, "one has no handle")
        },
        ConformanceCase(25, "an upload makes no run") { bench in
            _ = try await bench.prepared()
            let books = await bench.stand.books
            try bench.expect(books.startsSeen == 0 && books.runs.isEmpty, "\(books)")
        },
    ]

    private static func trouble(
        _ number: Int, _ title: String, _ condition: Condition, _ expected: BackendError.Class
    ) -> ConformanceCase {
        ConformanceCase(number, title, [.works, condition]) { bench in
            let error = try await bench.error { () throws(BackendError) in
                _ = try await bench.backend.prepare(bench.source.image)
            }
            try bench.expect(error.errorClass == expected, "\(error)")
        }
    }
}
