import Testing

@testable import EngineCore

/// What a broken image's refusal must say, and at which byte.
private func expectBroken(
    _ bytes: [UInt8], _ word: String, at offset: Int64? = nil, location: SourceLocation = #_sourceLocation
) {
    let found = problem(bytes)
    #expect(found?.code == .format, sourceLocation: location)
    #expect(found?.message.contains(word) == true, "\(found?.message ?? "taken")", sourceLocation: location)
    if let offset { #expect(found?.offset == offset, sourceLocation: location) }
}

@Suite struct ImagesPNGTests {
    typealias S = ImagesSamples
    let head = S.pngChunk("IHDR", S.header(3, 2))
    let data = S.pngChunk("IDAT", S.pixels)
    let end = S.pngChunk("IEND")

    @Test func chunksOutOfOrderAreRefused() {
        let text = S.pngChunk("tEXt", [1, 0, 2])
        let palette = S.pngChunk("PLTE", [1, 2, 3])
        expectBroken(S.png(data, end), "not IHDR", at: 8)
        expectBroken(S.png(text, head, data, end), "not IHDR", at: 8)
        expectBroken(S.png(head, head, data, end), "second IHDR", at: 33)
        expectBroken(S.png(head, end), "no pixel data", at: 33)
        expectBroken(S.png(head, S.pngChunk("IDAT"), end), "no pixel data")
        expectBroken(S.png(head, data, text, data, end), "another chunk between")
        expectBroken(S.png(head, palette, palette, data, end), "second PLTE")
        expectBroken(S.png(head, data, palette, end), "behind IDAT")
        expectBroken(S.png(head, S.pngChunk("CgBI"), data, end), "critical")
        expectBroken(S.png(head, data), "cut off")
        expectBroken(S.png(head, data, S.pngChunk("IEND", [0])), "IEND has 1 bytes")
        #expect(problem(S.png(head, palette, text, data, data, text, end)) == nil)
    }

    @Test func headersThatNoPNGHasAreRefused() {
        for (depth, colour) in [(3, 0), (16, 3), (4, 2), (1, 6), (8, 1), (8, 5), (8, 7), (0, 0)] as [(UInt8, UInt8)] {
            expectBroken(S.png(S.pngChunk("IHDR", S.header(1, 1, depth: depth, colour: colour)), data, end), "IHDR")
        }
        expectBroken(S.png(S.pngChunk("IHDR", S.header(1, 1, interlaced: 2)), data, end), "IHDR")
        expectBroken(S.png(S.pngChunk("IHDR", S.header(1, 1) + [0]), data, end), "14 bytes")
        expectBroken(S.png(S.pngChunk("IHDR", S.header(1, 1, colour: 3)), data, end), "PLTE")
        let grey = S.pngChunk("IHDR", S.header(1, 1, colour: 0))
        expectBroken(S.png(grey, S.pngChunk("PLTE", [1, 2, 3]), data, end), "greyscale")
        for count in [0, 1, 4, 771] {
            expectBroken(S.png(head, S.pngChunk("PLTE", Array(repeating: 0, count: count)), data, end), "PLTE has")
        }
        #expect(problem(S.png(head, S.pngChunk("PLTE", Array(repeating: 0, count: 768)), data, end)) == nil)
    }

    @Test func wrongChecksumsLengthsAndNamesAreRefused() {
        var wrong = S.smallPNG()
        wrong[wrong.count - 1] ^= 1
        expectBroken(wrong, "chunk IEND at byte \(wrong.count - 12) has a wrong checksum", at: Int64(wrong.count - 4))
        expectBroken(S.png(head, S.pngChunk("IDAT", S.pixels, length: 3), end), "checksum")
        expectBroken(S.png(head, S.pngChunk("IDAT", S.pixels, length: 500), end), "cut off")
        expectBroken(S.png(head, S.pngChunk("IDAT", S.pixels, length: 0x8000_0000), end), "no chunk")
        expectBroken(S.png(head, S.pngChunk("ID T", S.pixels), end), "no chunk")
        expectBroken(S.png(head, S.pngChunk("IDAT", Array(S.pixels.reversed())), end), "zlib")
        expectBroken([0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A, 0x0A] + S.png(head), "sent as text", at: 0)
        let huge = problem(S.png(head, S.pngChunk("IDAT", S.pixels, length: 0x7FFF_FFFF), end))
        #expect(huge?.code == .tooLarge && huge?.offset == 33)
    }

    @Test func animationsAreRefused() {
        expectBroken(ImagesFixtures.animatedPNG, "animated PNG")
        expectBroken(S.png(head, S.pngChunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]), data, end), "animated PNG", at: 33)
    }
}

@Suite struct ImagesJPEGTests {
    typealias S = ImagesSamples

    @Test func framesAndScansMustFit() {
        expectBroken(S.jpeg(S.scan), "before the frame's head", at: 2)
        expectBroken(S.jpeg(S.frame(3, 2)), "no scan")
        expectBroken(S.jpeg(), "no scan", at: 2)
        expectBroken(S.jpeg(S.frame(3, 2), S.frame(3, 2), S.scan), "second frame")
        expectBroken(S.jpeg(S.frame(3, 2), S.scan, S.frame(3, 2), S.scan), "second frame")
        expectBroken(S.jpeg(S.frame(3, 2), S.scanHead), "no data")
        expectBroken(S.jpeg(S.frame(3, 2), S.segment(0xDA, [1, 2, 0, 0, 63, 0]), [1]), "does not have")
        expectBroken(S.jpeg(S.frame(3, 2), S.segment(0xDA, [2, 1, 0, 0, 63, 0]), [1]), "does not fit")
        expectBroken(S.jpeg(S.frame(3, 2), S.segment(0xDA, [1, 1, 0x40, 0, 63, 0]), [1]), "no scan has")
        expectBroken(S.jpeg(S.segment(0xC0, [8, 0, 2, 0, 3, 3, 1, 0x11, 0]), S.scan), "3 components")
        expectBroken(S.jpeg(S.segment(0xC0, [8, 0, 2, 0, 3, 0]), S.scan), "its length")
        expectBroken(S.jpeg(S.segment(0xC0, [12, 0, 2, 0, 3, 1, 1, 0x11, 0]), S.scan), "12 bits")
        expectBroken(S.jpeg(S.segment(0xC0, [8, 0, 2, 0, 3, 1, 1, 0x51, 0]), S.scan), "components")
        expectBroken(S.jpeg(S.segment(0xC0, [8, 0, 2, 0, 3, 2, 1, 0x11, 0, 1, 0x11, 0]), S.scan), "components")
    }

    @Test func everyKindOfSingleFrameIsTakenAndHierarchicalOnesAreNot() {
        for code in [0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB] as [UInt8] {
            #expect(problem(S.jpeg(S.frame(3, 2, code: code), S.scan)) == nil, "\(code)")
        }
        for code in [0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF] as [UInt8] {
            expectBroken(S.jpeg(S.frame(3, 2, code: code), S.scan), "hierarchical", at: 2)
        }
    }

    @Test func markersWhereNoneMayStandAreRefused() {
        for code in [0x00, 0x01, 0x02, 0xBF, 0xC8, 0xD0, 0xD7, 0xD8, 0xF0, 0xF7, 0xFD] as [UInt8] {
            expectBroken(S.jpeg([0xFF, code, 0, 2], S.frame(3, 2), S.scan), "may stand here", at: 2)
        }
        expectBroken(S.jpeg([7], S.frame(3, 2), S.scan), "should begin here", at: 2)
        expectBroken(S.jpeg(S.segment(0xE0, length: 1), S.frame(3, 2), S.scan), "below 2")
        expectBroken(S.jpeg(S.frame(3, 2), S.scan, S.segment(0xDC, [0, 9])), "DNL")
        #expect(problem(S.jpeg([0xFF, 0xFF], S.frame(3, 2), S.segment(0xFE), S.scan, [0xFF])) == nil)
    }

    @Test func restartsMustBeAnnouncedAndInOrder() {
        let interval = S.segment(0xDD, [0, 1])
        let scan = S.frame(3, 2) + S.scan
        let all = (0..<10).flatMap { [0xFF, 0xD0 + UInt8($0 % 8), 5] as [UInt8] }
        #expect(problem(S.jpeg(interval, scan, all)) == nil)
        #expect(problem(S.jpeg(interval, scan, [0xFF, 0xD0, 5], S.scan, [0xFF, 0xD0, 5])) == nil)
        expectBroken(S.jpeg(scan, all), "no DRI")
        expectBroken(S.jpeg(interval, scan, [0xFF, 0xD1, 5]), "RST0")
        expectBroken(S.jpeg(interval, scan, [0xFF, 0xD0, 0xFF, 0xD1, 5]), "no data")
        expectBroken(S.jpeg(interval, scan, [0xFF, 0xD0]), "no data")
        expectBroken(S.jpeg(S.segment(0xDD, [0, 1, 0]), scan), "its length")
    }

    @Test func tablesMustFillTheirSegments() {
        let sixtyFour = [UInt8](repeating: 1, count: 64)
        let counts = [UInt8](repeating: 1, count: 16)
        let rest = S.frame(3, 2) + S.scan
        #expect(problem(S.jpeg(S.segment(0xDB, [0] + sixtyFour + [0x13] + sixtyFour + sixtyFour), rest)) == nil)
        #expect(problem(S.jpeg(S.segment(0xC4, [0x10] + counts + counts + [3] + counts + counts), rest)) == nil)
        expectBroken(S.jpeg(S.segment(0xDB, [0] + sixtyFour.dropLast()), rest), "cut off")
        expectBroken(S.jpeg(S.segment(0xDB, [4] + sixtyFour), rest), "no table")
        expectBroken(S.jpeg(S.segment(0xDB, [0x20] + sixtyFour), rest), "no table")
        expectBroken(S.jpeg(S.segment(0xC4, [0] + counts.dropLast()), rest), "cut off")
        expectBroken(S.jpeg(S.segment(0xC4, [0] + counts + counts.dropLast()), rest), "cut off")
        expectBroken(S.jpeg(S.segment(0xC4, [0] + [UInt8](repeating: 17, count: 16)), rest), "no table")
    }

    @Test func whatCamerasWriteBehindTheEndIsTaken() {
        let small = S.smallJPEG()
        let film: [UInt8] = [0, 0, 0, 24] + Array("ftypmp42....".utf8)
        let samsung: [UInt8] = [0, 0, 1, 0x0A, 14, 0, 0, 0] + Array("Image_UTC_Data1577SEFHSEFT".utf8)
        for tail in [small, [0, 0, 0, 0] + small, film, samsung, [UInt8](repeating: 0, count: 90)] {
            for piece in [1, 3, 1_000] {
                let facts = ImageFacts(kind: .jpeg, width: 3, height: 2, sizeBytes: Int64(small.count + tail.count))
                #expect(walk(small + tail, piece: piece) == .success(facts))
            }
        }
        #expect((try? walk(ImagesFixtures.multiPictureJPEG).get())?.width == 4)
        expectBroken(small + samsung.dropLast(), "other bytes follow", at: Int64(small.count))
        expectBroken(small + [0, 0, 0xFF, 0xD8], "other bytes follow")
    }
}

@Suite struct ImagesWebPTests {
    typealias S = ImagesSamples

    @Test func containerAndChunksMustFit() {
        let lossy = S.lossy()
        expectBroken(S.webp(lossy, size: 25), "announces 25 bytes", at: 4)
        expectBroken(S.webp(lossy, size: 16), "announces 16 bytes", at: 4)
        expectBroken(S.webp(lossy, size: 24), "more than the container", at: 12)
        expectBroken(S.webp(lossy, size: 28), "too few for a chunk", at: 34)
        expectBroken(S.webp(lossy, size: 34), "cut off", at: 34)
        expectBroken(S.webp(S.webpChunk("VP8 ", S.pixels, length: 0xFFFF_FFFF)), "more than the container", at: 12)
        expectBroken(S.webp(lossy, S.webpChunk("EXIF", [1], padding: 9)), "padding")
        let huge = problem(S.webp(lossy, size: 0xFFFF_FFFE))
        #expect(huge?.code == .tooLarge && huge?.offset == 4)
    }

    @Test func chunksOutOfOrderAreRefused() {
        let alpha = S.webpChunk("ALPH", [0, 1])
        let exif = S.webpChunk("EXIF", [1, 2, 3])
        expectBroken(S.webp(exif, S.lossy()), "first chunk must be", at: 12)
        expectBroken(S.webp(S.lossy(), S.lossy()), "second picture")
        expectBroken(S.webp(S.lossy(), S.canvas()), "only be the first")
        expectBroken(S.webp(S.canvas(), exif), "without a picture")
        expectBroken(S.webp(S.canvas(), S.lossy(), alpha), "between VP8X and VP8")
        expectBroken(S.webp(S.canvas(), alpha, alpha, S.lossy()), "once")
        expectBroken(S.webp(S.canvas(), S.webpChunk("ALPH", [2]), S.lossy()), "compression")
        expectBroken(S.webp(S.canvas(), S.webpChunk("ALPH", []), S.lossy()), "too few")
        expectBroken(S.webp(S.canvas(4, 2), S.lossy()), "3 x 2 pixels, VP8X 4 x 2")
        #expect(problem(S.webp(S.canvas(flags: 0x10), alpha, S.lossy(), exif, S.webpChunk("abcd", []))) == nil)
        #expect(problem(S.webp(S.lossy(), exif)) == nil)
    }

    @Test func framesWithoutAHeadAreRefused() {
        let sound = S.lossy()
        for (place, value) in [(8, 0x31), (8, 0x38), (8, 0x20), (9, 0xFF), (11, 0x9C), (12, 0), (13, 0)] {
            var chunk = sound
            chunk[place] = UInt8(value)
            expectBroken(S.webp(chunk), "key frame", at: 12)
        }
        expectBroken(S.webp(S.webpChunk("VP8 ", Array(sound[8..<17]))), "too few")
        expectBroken(S.webp(S.webpChunk("VP8L", [0x2F, 0, 0, 0])), "")
        expectBroken(S.webp(S.webpChunk("VP8L", [0x2E, 0, 0, 0, 0, 1])), "lossless")
        expectBroken(S.webp(S.webpChunk("VP8L", [0x2F, 0, 0, 0, 0x20, 1])), "lossless")
    }

    @Test func animationsAreRefused() {
        expectBroken(ImagesFixtures.animatedWebP, "animated WebP")
        expectBroken(S.webp(S.canvas(flags: 2), S.lossy()), "animated WebP")
        expectBroken(S.webp(S.canvas(), S.webpChunk("ANMF", [1, 2])), "animated WebP")
    }
}

@Suite struct ImagesLimitTests {
    typealias S = ImagesSamples

    /// An image of each kind with these sides; WebP where it can tell them.
    private func images(_ width: UInt32, _ height: UInt32) -> [[UInt8]] {
        [S.smallPNG(width, height), S.smallJPEG(UInt16(width), UInt16(height))]
            + (width > 0 && height > 0 ? [S.webp(S.canvas(width, height), S.lossy())] : [])
    }

    @Test func sidesAndPixelsAreTakenUpToTheirLimits() {
        let side = UInt32(EngineLimits.imageSidePixelsMax)
        let other = UInt32(EngineLimits.imagePixelsMax / EngineLimits.imageSidePixelsMax)
        #expect(problem(S.smallPNG(side, other)) == nil)
        #expect(problem(S.smallJPEG(UInt16(side), UInt16(other))) == nil)
        #expect(problem(S.webp(S.lossless(side, other))) == nil)
        #expect(problem(S.webp(S.canvas(side, other), S.lossless(side, other))) == nil)
        for (width, height) in [(side + 1, 1), (1, side + 1), (side, other + 1), (side, side)] {
            for image in images(width, height) { #expect(problem(image)?.code == .tooLarge, "\(width) x \(height)") }
        }
        #expect(problem(S.smallPNG(.max, .max))?.code == .tooLarge)
        #expect(problem(S.webp(S.canvas(1 << 24, 1 << 24)))?.code == .tooLarge)
    }

    @Test func imagesWithoutPixelsAreRefused() {
        for (width, height) in [(0, 1), (1, 0), (0, 0)] as [(UInt32, UInt32)] {
            for image in images(width, height) + [S.webp(S.lossy(width, height))] {
                #expect(problem(image)?.message.contains("no pixels") == true)
                #expect(problem(image)?.code == .format)
            }
        }
    }

    @Test func bytesAreTakenUpToTheirLimit() {
        for sample in S.sound {
            let count = Int64(sample.bytes.count)
            #expect(problem(sample.bytes, bytesMax: count) == nil, "\(sample.name)")
            #expect(problem(sample.bytes, bytesMax: count - 1)?.code == .tooLarge, "\(sample.name)")
            #expect(problem(sample.bytes, bytesMax: 0)?.code == .tooLarge, "\(sample.name)")
        }
        #expect(problem([], bytesMax: 0)?.code == .empty)
    }

    @Test func theDefaultIsTheEnginesLimit() throws {
        let rest = Int(EngineLimits.imageBytesMax) - S.smallJPEG().count
        let full = S.jpeg(S.frame(3, 2), S.scan, [UInt8](repeating: 5, count: rest))
        #expect(problem(full) == nil)
        #expect(problem(full + full.suffix(1))?.code == .tooLarge)
    }
}
