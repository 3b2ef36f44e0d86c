import EngineCore
import NIOCore
import PoseWire

/// An image of a submit, judged as far as that goes without the disk.
struct NamedImage: Sendable {
    private enum Content: Sendable {
        case inline(ByteBuffer)
        case path(String)
        case ready(Submission.Image)
    }

    private let content: Content
    /// The image's place in the request.
    private let field: String
    /// Why its address may not be read.
    let obstacle: Refusal?

    init(_ content: ImageContent, _ role: Refusal.ImageRole, _ fetcher: any ImageFetcher) throws(WireError) {
        field = role.field
        if case .url(let url) = content, let refusal = fetcher.refusal(of: url) {
            obstacle = .urlNotAllowed(role, message: refusal)
        } else {
            obstacle = nil
        }
        switch content {
        case .none:
            throw WireError(.imageMissing, "name an image by data, sha256, url or path", field: field)
        case .data(let bytes):
            guard bytes.readableBytes > 0 else {
                throw WireError(.imageEmpty, "the image has no bytes", field: field + ".data")
            }
            self.content = .inline(bytes)
        case .sha256(let bytes):
            guard let digest = ContentDigest(bytes: bytes) else {
                throw .fieldInvalid(field + ".sha256", "a sha256 has 32 bytes, not \(bytes.count)")
            }
            self.content = .ready(.named(digest))
        case .url(let url):
            guard !url.isEmpty else { throw .fieldInvalid(field + ".url", "an address is needed") }
            self.content = .ready(.url(url))
        case .path(let path):
            self.content = .path(path)
        }
    }

    var inlineBytes: Int { if case .inline(let bytes) = content { bytes.readableBytes } else { 0 } }

    /// nil: `stored` must be asked.
    var withoutDisk: Submission.Image? { if case .ready(let image) = content { image } else { nil } }

    /// Puts the image's bytes into the store. Waits for the disk.
    func stored(in shelf: ImageShelf) throws -> Submission.Image {
        switch content {
        case .ready(let image): return image
        case .inline(let bytes):
            return try judged(field + ".data") { try shelf.put(bytes) }
        case .path(let path):
            return try judged(field + ".path") { try shelf.put(path: path) }
        }
    }

    /// Says of a refusal which field is at fault. A fault of the server's own disk goes up as it is, and into the log.
    private func judged(_ field: String, _ put: () throws -> StoredImage) throws -> Submission.Image {
        do {
            return .stored(try put())
        } catch let error as IntakeError {
            if case .store = error.code { throw error }
            throw WireError(error, image: field)
        } catch let error as InputFileError {
            throw WireError(.pathNotAllowed, error.message, field: field)
        }
    }
}

/// Where a submit's images are put, and the callers' files that they may come from. Used where the disk may be waited for.
struct ImageShelf: Sendable {
    private let images: any ImageStore
    private let inputFiles: any InputFiles
    private let inputRoots: [String]
    private let bytesMax: Int64
    private let pixelsMax: Int64

    init(_ services: ServerServices, inputRoots: [String]) {
        images = services.images
        inputFiles = services.ports.inputFiles
        self.inputRoots = inputRoots
        bytesMax = Int64(clamping: services.configuration.limits.maxImageBytes)
        pixelsMax = Int64(clamping: services.configuration.limits.maxImagePixels)
    }

    func put(_ bytes: ByteBuffer) throws -> StoredImage {
        var intake = try ImageIntake(into: images, sizeLimitBytes: bytesMax, pixelLimit: pixelsMax)
        try bytes.withUnsafeReadableBytes { (raw) throws in try intake.write(raw) }
        return try intake.finish()
    }

    /// Reads a file up to its end; one that is too large is refused before it is read.
    func put(path: String) throws -> StoredImage {
        guard !inputRoots.isEmpty else {
            throw InputFileError(.notAllowed, "you may name no paths here; put the image first")
        }
        let file = try inputFiles.open(path, below: inputRoots)
        guard file.sizeBytes <= bytesMax else {
            throw IntakeError(.image(.tooLarge), "the file has \(file.sizeBytes) bytes: at most \(bytesMax) are taken")
        }
        var intake = try ImageIntake(into: images, sizeLimitBytes: bytesMax, pixelLimit: pixelsMax)
        var buffer = ByteBufferAllocator().buffer(capacity: PoseServerLimits.pathReadBytes)
        while true {
            buffer.clear()
            let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: PoseServerLimits.pathReadBytes) {
                try file.read(into: $0)
            }
            guard count > 0 else { break }
            try buffer.withUnsafeReadableBytes { (raw) throws in try intake.write(raw) }
        }
        return try intake.finish()
    }
}
