"""One connection of the wire protocol: frames in and out, sorted by call. Only a socket, struct and protobuf."""

import hashlib
import select
import socket
import struct
import time

import pose_transfer_pb2 as pb

HELLO, WELCOME, REQUEST, RESPONSE, ITEM, DATA, END, CANCEL, PING, PONG, GOAWAY = range(1, 12)
SUBMIT, STREAM, GET, CANCEL_TASK, LIST, PUT, FETCH, HEALTH, DESCRIBE = range(1, 10)
LIST_UNKNOWN, RESOLVE, SET_ENGINE, PURGE, DRAIN, WATCH_ALL, LIST_ALL = range(64, 71)

OK, CANCELLED, UNKNOWN, INVALID, DEADLINE, NOT_FOUND, EXISTS, DENIED, EXHAUSTED, PRECONDITION, ABORTED = range(11)
OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED = range(11, 17)


class Closed(Exception):
    """The server has closed, with or without END on call 0 before it."""


class Refused(Exception):
    """A call has ended with an error; `status` says which."""

    def __init__(self, status):
        super().__init__(f"{status.code} {status.reason} {status.field} {status.message}")
        self.status = status


def sha256(data):
    return hashlib.sha256(data).digest()


class Connection:
    def __init__(self, address, token="", hello=None, welcome=True):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.frames = {}  # call id -> what has come for it and was not taken
        self.last_call = 0
        hello = hello or pb.Hello(min_version=1, max_version=1, client_name="every_method.py", token=token)
        self.send(HELLO, hello)
        if welcome:
            kind, payload = self.next(0)
            if kind == END:
                raise Refused(pb.Status.FromString(payload))
            assert kind == WELCOME, kind
            self.welcome = pb.Welcome.FromString(payload)

    # Frames

    def send(self, kind, message=b"", method=0, call=0, more=False):
        payload = message if isinstance(message, bytes) else message.SerializeToString()
        self.socket.sendall(struct.pack(">IBBHI", 8 + len(payload), kind, more, method, call) + payload)

    def read_frame(self, seconds):
        """Reads one frame into the list of its call. TimeoutError: none came."""
        until = time.monotonic() + seconds
        while True:
            if len(self.buffer) >= 12:
                length, kind, _, _, call = struct.unpack_from(">IBBHI", self.buffer)
                if len(self.buffer) >= 4 + length:
                    payload = bytes(self.buffer[12 : 4 + length])
                    del self.buffer[: 4 + length]
                    self.frames.setdefault(call, []).append((kind, payload))
                    return
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise TimeoutError("no frame came")
            try:
                part = self.socket.recv(1 << 18)
            except ConnectionError as error:
                raise Closed(str(error)) from error
            if not part:
                raise Closed("the server has closed")
            self.buffer += part

    def next(self, call, seconds=20):
        """The next frame of a call: (kind, payload)."""
        until = time.monotonic() + seconds
        while not self.frames.get(call):
            if call != 0 and any(kind == END for kind, _ in self.frames.get(0, [])):
                raise Closed("END on call 0")
            self.read_frame(max(0, until - time.monotonic()))
        return self.frames[call].pop(0)

    # Calls

    def request(self, method, message=b"", more=False):
        self.last_call += 1
        self.send(REQUEST, message, method, self.last_call, more)
        return self.last_call

    def last_frame(self, call, seconds=20):
        """The one frame that ends a unary call: RESPONSE's payload, or Refused."""
        kind, payload = self.next(call, seconds)
        if kind == END:
            status = pb.Status.FromString(payload)
            assert status.code != OK, "a unary call never ends with END OK"
            raise Refused(status)
        assert kind == RESPONSE, kind
        return payload

    def unary(self, method, message, answer, seconds=20):
        return answer.FromString(self.last_frame(self.request(method, message), seconds))

    def refusal(self, method, message=b"", more=False):
        """The Status of a call that is refused before anything else comes for it."""
        call = self.request(method, message, more)
        kind, payload = self.next(call)
        assert kind == END, f"it was not refused: a frame of kind {kind} came"
        return pb.Status.FromString(payload)

    def end(self, call, seconds=20):
        """The Status of a call's END; all before it is thrown away."""
        while True:
            kind, payload = self.next(call, seconds)
            if kind == END:
                return pb.Status.FromString(payload)
            assert kind in (ITEM, DATA, RESPONSE), kind

    def items(self, call, item=pb.StatusEvent, seconds=20):
        """Every item of a stream up to END OK; Refused where it ends otherwise."""
        while True:
            kind, payload = self.next(call, seconds)
            if kind == END:
                status = pb.Status.FromString(payload)
                if status.code != OK:
                    raise Refused(status)
                return
            assert kind == ITEM, kind
            yield item.FromString(payload)

    def put(self, data, media_type="", digest=None, size=None, piece=65536):
        """An upload; the answer."""
        announced = pb.PutImageRequest(
            size_bytes=len(data) if size is None else size, sha256=digest or sha256(data), media_type=media_type
        )
        call = self.request(PUT, announced, more=True)
        for at in range(0, len(data), piece):
            self.send(DATA, data[at : at + piece], call=call, more=at + piece < len(data))
        return pb.PutImageResponse.FromString(self.last_frame(call))

    def fetch(self, task, output=0, offset=0):
        """A download: (ResultHeader, bytes)."""
        call = self.request(FETCH, pb.FetchResultRequest(task_id=task, output_index=output, offset=offset))
        header = pb.ResultHeader.FromString(self.last_frame(call))
        data = b""
        while True:
            kind, payload = self.next(call)
            if kind == END:
                status = pb.Status.FromString(payload)
                if status.code != OK:
                    raise Refused(status)
                return header, data
            assert kind == DATA and len(payload) <= 256 * 1024
            data += payload

    def snapshot(self, task):
        return self.unary(GET, pb.GetTaskRequest(task_id=task), pb.GetTaskResponse).task

    def wait_for(self, task, *states):
        """Watches until the task is in one of the states; that event."""
        call = self.request(STREAM, pb.StreamStatusRequest(task_ids=[task]))
        for event in self.items(call):
            if event.state in states:
                self.send(CANCEL, call=call)
                return event
        raise AssertionError(f"the task ended without {[pb.TaskState.Name(s) for s in states]}")

    def closes(self, seconds=10):
        """Reads up to the server's end: all frames of call 0 that came."""
        try:
            while True:
                self.read_frame(seconds)
        except Closed:
            return self.frames.get(0, [])

    def close(self):
        self.socket.close()
