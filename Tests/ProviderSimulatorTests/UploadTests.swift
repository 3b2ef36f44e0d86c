import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("Uploads")
struct UploadTests {
    @Test("A picture gets a name made of 64 digits and its kind's ending")
    func names() throws {
        var harness = ProviderHarness()
        let reply = harness.upload(Picture.source)
        #expect(reply.code == 0)
        #expect(reply.data?["fileType"] == "input")
        let name = try #require(reply.data?["fileName"]?.string)
        #expect(name.hasPrefix("api/") && name.hasSuffix(".png") && name.count == 72)
        #expect(harness.uploadedName(Picture.source) == name)
        #expect(harness.uploadedName(Picture.pose) != name)
        #expect(harness.uploadedName(Picture.source, key: "key-of-somebody-else") != name)
    }

    @Test("The kind of a picture is read from its bytes, other kinds from the name")
    func kinds() {
        var harness = ProviderHarness()
        func ending(_ content: [UInt8], _ fileName: String) -> String? {
            harness.upload(content, fileName: fileName).data?["fileName"]?.string?.split(separator: ".").last.map {
                String($0)
            }
        }
        #expect(ending([0xFF, 0xD8, 0xFF, 0xE0], "picture.png") == "jpg")
        #expect(ending(Array("RIFF....WEBPVP8 ".utf8), "x") == "webp")
        #expect(ending([1, 2, 3], "clip.MP4") == "mp4")
        #expect(ending([1, 2, 3], "models.zip")?.count == 64, "an archive has neither prefix nor ending")
        #expect(ending([1, 2, 3], "picture.png") == nil)
        #expect(harness.upload([1, 2, 3], fileName: "picture.png").code == 808)
        #expect(harness.upload([], fileName: "picture.png").code == 808)
    }

    @Test("The second family answers with its own words and a link that gives the bytes back")
    func secondFamily() throws {
        var harness = ProviderHarness()
        let path = "/openapi/v2/media/upload/binary"
        let reply = harness.upload(Picture.source, path: path, key: nil, bearer: ProviderHarness.key)
        #expect(reply.json?["message"] == "success")
        #expect(reply.data?["type"] == "image")
        #expect(reply.data?["size"] == "14")
        let name = try #require(reply.data?["fileName"]?.string)
        #expect(name.hasPrefix("openapi/"))
        let link = try #require(reply.data?["download_url"]?.string)
        #expect(harness.get(String(link.dropFirst("http://127.0.0.1".count))).bytes == Picture.source)
        #expect(harness.create(nodes: [ProviderHarness.node("3", "image", .string(name))]).code == 0)
        let refused = harness.upload(Picture.source, path: path, key: ProviderHarness.key)
        #expect(refused.code == 401, "the key in the body does not count here")
        #expect(refused.json?["message"]?.string?.hasPrefix("ApiKey verification failed") == true)
    }

    @Test("A file of the limit is taken, one byte more is refused with 809")
    func sizes() {
        var harness = ProviderHarness()
        let limit = SimulatorLimits.uploadFileBytesMax
        let picture = Picture.signature + [UInt8](repeating: 7, count: limit - Picture.signature.count)
        #expect(harness.upload(picture).code == 0)
        #expect(harness.upload(picture + [7]).code == 809)
    }

    @Test("An upload without a file, without a file name or without a key is refused")
    func missingParts() {
        var harness = ProviderHarness()
        #expect(harness.upload(Picture.source, key: nil).code == 802)
        #expect(harness.upload(Picture.source, key: nil, bearer: ProviderHarness.key).code == 0)
        #expect(harness.upload(Picture.source, bearer: "key-of-somebody-else").code == 802)
        let text =
            "--\(Multipart.boundary)\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--\(Multipart.boundary)--"
        let request = ProviderRequest(
            method: "POST", path: "/task/openapi/upload", authorization: "bearer \(ProviderHarness.key)",
            contentType: Multipart.contentType, body: ByteBuffer(string: text))
        #expect(harness.send(request).code == 301)
    }

    @Test("The shelf keeps the newest bytes up to its limit and every name")
    func shelf() {
        var shelf = UploadShelf(bytesKeptMax: 10)
        func put(_ name: String, _ count: Int) {
            let content = ByteBuffer(repeating: 1, count: count)
            shelf.put(content, named: name, account: 0, digest: [], contentType: "image/png")
        }
        put("a", 5)
        put("b", 5)
        #expect(shelf["a"]?.content != nil && shelf.bytesKept == 10)
        put("b", 5)
        #expect(shelf.bytesKept == 10, "the same upload again takes no room")
        put("c", 1)
        #expect(shelf["a"] != nil && shelf["a"]?.content == nil)
        #expect(shelf["b"]?.content != nil && shelf.bytesKept == 6)
        var none = UploadShelf(bytesKeptMax: 0)
        none.put(ByteBuffer(repeating: 1, count: 1), named: "a", account: 0, digest: [], contentType: "image/png")
        #expect(none["a"] != nil && none["a"]?.content == nil)
    }
}

@Suite("Multipart bodies")
struct MultipartFormTests {
    private func form(_ body: String, type: String = "multipart/form-data; boundary=B") throws -> MultipartForm {
        try MultipartForm(contentType: type, body: ByteBuffer(string: body))
    }

    private let part = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"

    @Test("Parts are read with names, file names and exact bytes")
    func parts() throws {
        let text =
            "--B\r\nContent-Type: text/plain\r\ncontent-disposition: Form-Data; filename=\"a;\\\"b.png\"; name=file\r\n\r\n"
            + "\r\n--B \r\n-B\r\n--B\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--B--\r\n"
        // The first part holds something like a boundary: two hyphens and B, but not behind a line end of its own kind.
        #expect(throws: MultipartForm.Malformed.self) { try form(text) }
        let plain = text.replacingFirst("\r\n--B \r\n-B", with: "\r\n-B\r\n- -B")
        let read = try form(plain, type: "multipart/form-data; charset=utf-8; boundary=\"B\"")
        #expect(read.parts.map(\.name) == ["file", "empty"])
        #expect(read["file"]?.fileName == "a;\\\"b.png")
        #expect(read["file"].map { String(buffer: $0.content) } == "\r\n-B\r\n- -B")
        #expect(read["empty"]?.content.readableBytes == 0)
    }

    @Test(
        "Malformed bodies are refused",
        arguments: [
            "", "--B", "--B--", "\r\n--B\r\n", "x--B\r\n",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--tail",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--C--",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nx\r\n--B--",
            "--B\nContent-Disposition: form-data; name=\"a\"\n\nx\n--B--",
            "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--", "--B\r\nno colon\r\n\r\nx\r\n--B--",
        ])
    func malformed(body: String) {
        #expect(throws: MultipartForm.Malformed.self) { try form(body) }
    }

    @Test(
        "A content type without a usable boundary is refused",
        arguments: ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=B", ""])
    func contentTypes(type: String) {
        #expect(throws: MultipartForm.Malformed.self) { try form(part + "\r\n--B--", type: type) }
    }

    @Test("A part that comes twice is refused")
    func twice() throws {
        #expect(try form(part + "\r\n--B--").parts.count == 1)
        #expect(throws: MultipartForm.Malformed.self) { try form(part + "\r\n" + part + "\r\n--B--") }
    }

    @Test("Limits: parts, header block, boundary")
    func limits() throws {
        func parts(_ count: Int) -> String {
            (0..<count).map { "--B\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\r\n" }.joined() + "--B--"
        }
        let most = SimulatorLimits.multipartPartsMax
        #expect(try form(parts(most)).parts.count == most)
        #expect(throws: MultipartForm.Malformed.self) { try form(parts(most + 1)) }
        #expect(throws: MultipartForm.Malformed.self) { try form(parts(0)) }
        func header(_ bytes: Int) -> String {
            let start = "Content-Disposition: form-data; name=\"a\"\r\nX: "
            return "--B\r\n" + start + String(repeating: "x", count: bytes - start.utf8.count - 4) + "\r\n\r\n\r\n--B--"
        }
        #expect(try form(header(SimulatorLimits.multipartHeaderBytesMax)).parts.count == 1)
        #expect(throws: MultipartForm.Malformed.self) { try form(header(SimulatorLimits.multipartHeaderBytesMax + 1)) }
        let boundary = String(repeating: "b", count: SimulatorLimits.multipartBoundaryBytesMax)
        #expect(try MultipartForm.boundary(in: "multipart/form-data; boundary=\(boundary)") == boundary)
        #expect(throws: MultipartForm.Malformed.self) {
            try MultipartForm.boundary(in: "multipart/form-data; boundary=\(boundary)b")
        }
    }

    @Test("The search finds what a slow search finds")
    func search() {
        var state: UInt64 = 42
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        for _ in 0..<2_000 {
            let text = (0..<next(40)).map { _ in UInt8(next(3)) }
            let pattern = (0..<1 + next(4)).map { _ in UInt8(next(3)) }
            let slow = (0..<max(0, text.count - pattern.count + 1)).first {
                Array(text[$0..<$0 + pattern.count]) == pattern
            }
            #expect(ByteBuffer(bytes: text).index(of: pattern) == slow, "seed 42: \(text) \(pattern)")
        }
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<Index>, with new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
