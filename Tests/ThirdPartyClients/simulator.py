"""Starts the provider simulator, reads its ledger, sets its faults, and judges its pictures. Standard library only."""

import contextlib
import hashlib
import http.server
import json
import queue
import re
import struct
import subprocess
import threading
import urllib.request
import zlib

WORKFLOW = "1996080571212349442"
KEY = "key-for-the-third-party-clients"


class Simulator:
    def __init__(self, url):
        self.url = url

    def _open(self, path, document=None):
        data = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers), timeout=10) as reply:
            return json.load(reply)

    def ledger(self):
        return self._open("/simulator/ledger")

    def received(self, endpoint):
        return self.ledger()["calls"][endpoint]["received"]

    def set_faults(self, *rules):
        self._open("/simulator/faults", {"rules": list(rules)})


@contextlib.contextmanager
def running(program, *options):
    process = subprocess.Popen([program, "simulator", "--port", "0", *options], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        found = re.search(r"simulator listening on (http://127\.0\.0\.1:\d+)", line)
        if not found:
            raise SystemExit(f"the simulator did not say where it listens, but: {line!r}")
        yield Simulator(found.group(1))
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextlib.contextmanager
def webhook_receiver(*statuses):
    """A link that takes notices, and the queue in which they arrive. The last status is given again and again."""
    notices, script = queue.Queue(), list(statuses)

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(script.pop(0) if len(script) > 1 else script[0])
            self.send_header("Content-Length", "0")
            self.end_headers()
            notices.put(json.loads(body))

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", notices
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def picture(text):
    """A small PNG file that no other text gives."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = hashlib.sha256(text.encode()).digest()[:3]
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tEXt", b"Comment\0" + text.encode())
        + chunk(b"IDAT", zlib.compress(b"\0" + pixel)) + chunk(b"IEND", b"")
    )


def pixels(png):
    """Rows of palette indices, with every checksum tested on the way."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG file"
    place, data, head = 8, b"", b""
    while place < len(png):
        (length,) = struct.unpack(">I", png[place:place + 4])
        body = png[place + 4:place + 8 + length]
        (checksum,) = struct.unpack(">I", png[place + 8 + length:place + 12 + length])
        assert zlib.crc32(body) == checksum, "a chunk's checksum is wrong"
        head = body[4:] if body[:4] == b"IHDR" else head
        data += body[4:] if body[:4] == b"IDAT" else b""
        place += 12 + length
    width, height = struct.unpack(">II", head[:8])
    rows = zlib.decompress(data)
    assert len(rows) == height * (width + 1), "the rows do not fill the picture"
    return [rows[row * (width + 1) + 1:(row + 1) * (width + 1)] for row in range(height)]


def shows(png, source, pose):
    """Whether the picture was made of these two files: its last two bands hold their digests, a bit a cell."""
    rows = pixels(png)

    def digest(top, ink):
        bits = [rows[top + at // 64 * 4][at % 64 * 4] == ink for at in range(256)]
        return bytes(sum(bits[8 * at + bit] << (7 - bit) for bit in range(8)) for at in range(32))

    expected = (hashlib.sha256(source).digest(), hashlib.sha256(pose).digest())
    return (digest(len(rows) - 32, 8), digest(len(rows) - 16, 9)) == expected
