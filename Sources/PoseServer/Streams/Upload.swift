import EngineCore
import NIOCore
import NIOPosix
import PoseWire
import Synchronization

/// Takes an image's DATA to the disk, in order, one write at a time, and gives it to its caller when all of it is there.
final class Upload: OngoingCall {
    struct Announced: Sendable {
        let digest: ContentDigest
        let sizeBytes: Int64
        let mediaType: String
    }

    let announced: Announced
    let call: Call
    private let connection: ConnectionHandler
    private let file: UploadFile
    /// The caller has the image already.
    private(set) var isPresent = false
    /// When the REQUEST or the last DATA came, in the connection's reading time.
    private(set) var lastDataAt: Int64
    private var receivedBytes: Int64 = 0
    private var isWhole: Bool
    private var waiting: [ByteBuffer] = []
    private var waitingBytes = 0
    /// The disk is at work for this upload: the look for the image, then one write after the other.
    private var isAtWork = false

    init(_ announced: Announced, call: Call, connection: ConnectionHandler) {
        self.announced = announced
        self.call = call
        self.connection = connection
        file = UploadFile(announced)
        lastDataAt = connection.timers.readingTime(at: connection.hub.now)
        isWhole = !call.hasMore
    }

    func begin() {
        call.ongoing = self
        if call.hasMore { connection.uploads.append(self) }
        lookForImage()
    }

    /// The caller's image may be there already.
    private func lookForImage() {
        let (services, caller, digest, file) = (connection.services, connection.caller, announced.digest, file)
        let takesBytes = call.hasMore
        let pixelLimit = Int64(clamping: services.configuration.limits.maxImagePixels)
        isAtWork = true
        connection.onPool(call) { () throws -> StoredImage? in
            let now = services.clock.now().unix
            let found = try services.reader.image(caller: caller, digest: digest, now: now)
            if let found, services.images.contains(digest) { return found.image }
            guard takesBytes else { throw WireError.imageUnknown(field: "sha256") }
            try file.open(in: services.images, pixelLimit: pixelLimit)
            return nil
        } then: { [self] found in
            isAtWork = false
            isPresent = found != nil
            if let found { imageIsThere(found) } else { writeOn() }
        }
    }

    func dataReceived(_ bytes: ByteBuffer, isLast: Bool) {
        lastDataAt = connection.timers.readingTime(at: connection.hub.now)
        if isPresent { return }
        receivedBytes += Int64(bytes.readableBytes)
        guard receivedBytes <= announced.sizeBytes, !isLast || receivedBytes == announced.sizeBytes else {
            return connection.fail(call, sizeMismatch)
        }
        if isLast {
            isWhole = true
            connection.uploads.removeAll { $0 === self }
        }
        waiting.append(bytes)
        waitingBytes += bytes.readableBytes
        connection.unwrittenUploadBytes += bytes.readableBytes
        writeOn()
    }

    private var sizeMismatch: WireError {
        WireError(
            .sizeMismatch, "\(receivedBytes) bytes came; \(announced.sizeBytes) were announced", field: "size_bytes")
    }

    private func writeOn() {
        guard !isAtWork, call.isOpen else { return }
        if !waiting.isEmpty { writeWaiting() } else if isWhole { finish() }
    }

    private func writeWaiting() {
        let (chunks, bytes, file) = (waiting, waitingBytes, file)
        waiting = []
        waitingBytes = 0
        isAtWork = true
        connection.onPool(call) {
            try file.write(chunks)
        } then: { [self] in
            isAtWork = false
            connection.unwrittenUploadBytes -= bytes
            writeOn()
        } orElse: { [self] in
            connection.unwrittenUploadBytes -= bytes
        }
    }

    private func finish() {
        let file = file
        isAtWork = true
        connection.onPool(call) {
            try file.finish()
        } then: { [self] image in
            imageIsThere(image)
        }
    }

    /// It lies on stable storage; the engine makes it the caller's.
    private func imageIsThere(_ image: StoredImage) {
        connection.ask(.putImage(caller: connection.caller, image), for: call)
    }

    func callEnded() {
        connection.uploads.removeAll { $0 === self }
        connection.unwrittenUploadBytes -= waitingBytes
        waiting = []
        waitingBytes = 0
        let file = file
        connection.services.pool.submit { _ in file.discard() }
    }
}

/// The file of an upload: used by one thread of the pool at a time.
private final class UploadFile: Sendable {
    private let announced: Upload.Announced
    private let intake = Mutex<ImageIntake?>(nil)

    init(_ announced: Upload.Announced) { self.announced = announced }

    func open(in images: any ImageStore, pixelLimit: Int64) throws {
        let opened = try ImageIntake(into: images, pixelLimit: pixelLimit, sizeBytes: announced.sizeBytes)
        put(opened)
    }

    private func put(_ opened: consuming ImageIntake) {
        var opened: ImageIntake? = opened
        intake.withLock { $0 = opened.take() }
    }

    func write(_ chunks: [ByteBuffer]) throws {
        try intake.withLock { intake in
            for chunk in chunks {
                try chunk.withUnsafeReadableBytes { raw in try intake?.write(raw) }
            }
        }
    }

    func finish() throws -> StoredImage {
        let image = try intake.withLock { intake in
            try intake?.finish(
                expecting: announced.digest, sizeBytes: announced.sizeBytes, mediaType: announced.mediaType)
        }
        guard let image else { throw WireError.internalFault }
        return image
    }

    /// Leaves nothing behind, unless it was finished.
    func discard() {
        intake.withLock { intake in
            intake?.discard()
            intake = nil
        }
    }
}
