import Crypto

/// The one way of an image into the store: uploads, inline images and results alike.
///
/// Bytes are walked, hashed and written as they come; the image gets its name only after everything was judged. Calls
/// may block on the disk. After an error nothing is left behind, and every further call answers that error.
package struct ImageIntake: ~Copyable, Sendable {
    private let writer: any ImageWriter
    private let announcedBytes: Int64?
    private let pixelLimit: Int64
    private var walker: ImageWalker
    private var hash = SHA256()
    private var refusal: IntakeError?

    /// Begins an image of at most `sizeLimitBytes` and `pixelLimit`. Bytes beyond `sizeBytes`, where it was announced, are
    /// refused as they come.
    package init(
        into store: any ImageStore, sizeLimitBytes: Int64 = EngineLimits.imageBytesMax,
        pixelLimit: Int64 = EngineLimits.imagePixelsMax, sizeBytes: Int64? = nil
    ) throws(IntakeError) {
        do { writer = try store.makeWriter() } catch { throw IntakeError(error) }
        walker = ImageWalker(bytesMax: sizeLimitBytes)
        announcedBytes = sizeBytes
        self.pixelLimit = pixelLimit
    }

    package var sizeBytes: Int64 { walker.sizeBytes }

    /// Takes the next bytes.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(IntakeError) {
        if let refusal { throw refusal }
        do throws(IntakeError) {
            try take(bytes)
        } catch {
            throw refuse(error)
        }
    }

    /// Judges the whole against what was announced (`nil`, and an empty media type: nothing was) and makes it visible
    /// in the store.
    package mutating func finish(
        expecting digest: ContentDigest? = nil, sizeBytes: Int64? = nil, mediaType: String? = nil
    ) throws(IntakeError) -> StoredImage {
        if let refusal { throw refusal }
        do throws(IntakeError) {
            let image = try judge(digest, sizeBytes ?? announcedBytes, mediaType ?? "")
            do { try writer.commit(as: image.digest) } catch { throw IntakeError(error) }
            refusal = .closed
            return image
        } catch {
            throw refuse(error)
        }
    }

    /// Gives the image up. May be called at any time, and again.
    package mutating func discard() {
        if refusal == nil { _ = refuse(.closed) }
    }

    private mutating func refuse(_ error: IntakeError) -> IntakeError {
        refusal = error
        writer.discard()
        return error
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws(IntakeError) {
        if let announcedBytes, Int64(bytes.count) > announcedBytes - walker.sizeBytes {
            throw IntakeError(.sizeMismatch, "the image has more than the \(announcedBytes) bytes that were announced")
        }
        do { try walker.feed(bytes) } catch { throw IntakeError(error) }
        hash.update(bufferPointer: bytes)
        do { try writer.write(bytes) } catch { throw IntakeError(error) }
    }

    private mutating func judge(
        _ announced: ContentDigest?, _ sizeBytes: Int64?, _ mediaType: String
    ) throws(IntakeError) -> StoredImage {
        // The size first: of an upload that broke off, "cut off" would hide why.
        if let sizeBytes, sizeBytes != walker.sizeBytes, walker.sizeBytes > 0 {
            throw IntakeError(.sizeMismatch, "the image has \(walker.sizeBytes) bytes; \(sizeBytes) were announced")
        }
        let facts: ImageFacts
        do { facts = try walker.finish() } catch { throw IntakeError(error) }
        guard Int64(facts.width) * Int64(facts.height) <= pixelLimit else {
            throw IntakeError(
                .image(.tooLarge),
                "the image is \(facts.width) x \(facts.height) pixels: at most \(pixelLimit) pixels are taken here")
        }
        let digest = ContentDigest(hash.finalize())
        if let announced, announced != digest {
            throw IntakeError(.digestMismatch, "the bytes have SHA-256 \(digest); \(announced) was announced")
        }
        guard facts.kind.isNamed(by: mediaType) else {
            throw IntakeError(.mediaTypeMismatch, "the bytes are \(facts.mediaType), which is not what was announced")
        }
        return StoredImage(
            digest: digest, sizeBytes: facts.sizeBytes, mediaType: facts.mediaType, width: facts.width,
            height: facts.height)
    }
}

extension ImageKind {
    /// Whether a media type does not contradict this kind: its own name in any case and with any parameters, the usual
    /// misspelling `image/jpg`, or one that says nothing (empty, `application/octet-stream`).
    func isNamed(by text: String) -> Bool {
        let lower = text.utf8.prefix { $0 != UInt8(ascii: ";") }.filter { $0 > 0x20 }.map(\.asciiLowerCased)
        switch String(decoding: lower, as: UTF8.self) {
        case "", "application/octet-stream", mediaType: return true
        case "image/jpg": return self == .jpeg
        default: return false
        }
    }
}

extension UInt8 {
    var asciiLowerCased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
