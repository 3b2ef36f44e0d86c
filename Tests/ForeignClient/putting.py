"""PutImage."""

import struct
import time
import zlib

from checking import *


def put_images(stage):
    c = stage.connect("shop")
    data = png(1)
    asked = c.refusal(PUT, Put(sha256=sha256(data)))
    refused("PutImage without MORE asks", asked, PRECONDITION, "IMAGE_UNKNOWN", "sha256")
    answer = c.put(data, "image/png", piece=100)
    ahead = answer.expires_at_unix_ms / 1000 - time.time()
    check("PutImage stores in pieces", answer.sha256 == sha256(data) and not answer.already_present, answer)
    check("a put image is kept at least an hour", ahead >= 3600, ahead)
    check("PutImage of a known image answers from the REQUEST", c.put(data).already_present)
    known = c.unary(PUT, Put(sha256=sha256(data)), pb.PutImageResponse)
    check(
        "PutImage without MORE finds it",
        known.already_present and known.expires_at_unix_ms >= answer.expires_at_unix_ms,
    )
    other = stage.connect("other")
    asked = other.refusal(PUT, Put(sha256=sha256(data)))
    refused("another caller does not learn of it", asked, PRECONDITION, "IMAGE_UNKNOWN", "sha256")
    call = c.request(PUT, Put(size_bytes=len(png(2)), sha256=sha256(png(2))), more=True)
    c.send(DATA, png(2), call=call, more=True)
    c.send(DATA, b"", call=call)
    check("the last DATA may be empty", not pb.PutImageResponse.FromString(c.last_frame(call)).already_present)
    put_refusals(c)
    call = c.request(PUT, Put(size_bytes=len(png(5)), sha256=sha256(png(5))), more=True)
    c.send(DATA, png(5)[:50], call=call, more=True)
    c.send(CANCEL, call=call)
    refused("a cancelled upload", c.end(call), CANCELLED, "CALL_CANCELLED")
    c.send(DATA, png(5)[50:], call=call)
    asked = c.refusal(PUT, Put(sha256=sha256(png(5))))
    refused(
        "a cancelled upload keeps nothing; later DATA is thrown away", asked, PRECONDITION, "IMAGE_UNKNOWN", "sha256"
    )
    c.close()


def put_refusals(c):
    large = c.welcome.limits.max_image_bytes + 1
    digest = sha256(b"")
    for promise, request, reason, field in (
        ("size_bytes 0", Put(sha256=digest), "IMAGE_EMPTY", "size_bytes"),
        ("size_bytes above the limit", Put(sha256=digest, size_bytes=large), "IMAGE_TOO_LARGE", "size_bytes"),
        ("a sha256 of 31 bytes", Put(sha256=digest[1:], size_bytes=9), "FIELD_INVALID", "sha256"),
    ):
        refused(promise, c.refusal(PUT, request, more=True), INVALID, reason, field)
    data = png(3)
    wide = bytearray(png(4))
    wide[16:24] = struct.pack(">II", 60000, 60000)
    wide[29:33] = struct.pack(">I", zlib.crc32(wide[12:29]))
    wide = bytes(wide)
    jpeg = "image/jpeg"
    for promise, put, reason, field in (
        ("fewer bytes than announced", lambda: c.put(data, size=len(data) + 1), "SIZE_MISMATCH", "size_bytes"),
        ("more bytes than announced", lambda: c.put(data, size=len(data) - 1), "SIZE_MISMATCH", "size_bytes"),
        ("another digest", lambda: c.put(data, digest=digest), "DIGEST_MISMATCH", "sha256"),
        ("another media type", lambda: c.put(data, jpeg), "MEDIA_TYPE_MISMATCH", "media_type"),
        ("no image at all", lambda: c.put(b"just some text, no image"), "IMAGE_FORMAT", ""),
        ("an image that is cut off", lambda: c.put(data[:-20]), "IMAGE_FORMAT", ""),
        ("too many pixels", lambda: c.put(wide), "IMAGE_TOO_LARGE", ""),
    ):
        try:
            put()
            check(f"PutImage: {promise}", False, "it was taken")
        except Refused as end:
            refused(f"PutImage: {promise}", end.status, INVALID, reason, field)
