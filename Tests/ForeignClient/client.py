"""A caller with nothing but a socket and protobuf: submits two pictures, watches the task, fetches the result.

    protoc --python_out=. pose_transfer.proto            # from proto/
    python3 client.py HOST:PORT SOURCE POSE RESULT [--token T]

Written from docs/wire-protocol.md alone. Exit status 0: SUCCEEDED and the result's digest is right.
"""

import argparse
import hashlib
import socket
import struct
import sys

import pose_transfer_pb2 as pb

HELLO, WELCOME, REQUEST, RESPONSE, ITEM, DATA, END = 1, 2, 3, 4, 5, 6, 7
SUBMIT, STREAM, GET, PUT, FETCH = 1, 2, 3, 6, 7


class Failure(Exception):
    pass


class Connection:
    def __init__(self, address, token=""):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.last_call = 0
        self.send(HELLO, pb.Hello(min_version=1, max_version=1, client_name="client.py", token=token))
        kind, _, payload = self.receive()
        if kind != WELCOME:
            raise Failure(f"not welcome: {self.status(payload)}")
        self.welcome = pb.Welcome.FromString(payload)

    def send(self, kind, message, method=0, call=0, more=False):
        payload = message if isinstance(message, bytes) else message.SerializeToString()
        self.socket.sendall(struct.pack(">IBBHI", 8 + len(payload), kind, more, method, call) + payload)

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise Failure("the server closed the connection")
            data += part
        return data

    def receive(self):
        length, kind, _, _, call = struct.unpack(">IBBHI", self.read(12))
        return kind, call, self.read(length - 8)

    @staticmethod
    def status(payload):
        status = pb.Status.FromString(payload)
        return f"{status.reason} {status.field} {status.message}".strip()

    def call(self, method, request, more=False):
        """Sends a request; the frames of its call follow from `frames`."""
        self.last_call += 1
        self.send(REQUEST, request, method, self.last_call, more)
        return self.last_call

    def frames(self, call):
        """Every frame of the call up to its end; an END with an error is raised."""
        while True:
            kind, of, payload = self.receive()
            if of not in (call, 0):
                continue
            if kind == END and (of == 0 or pb.Status.FromString(payload).code != 0):
                raise Failure(self.status(payload))
            if kind in (RESPONSE, ITEM, DATA, END):
                yield kind, payload
            if kind == END:
                return

    def unary(self, method, request, response):
        return response.FromString(next(self.frames(self.call(method, request)))[1])


def put(connection, path):
    data = open(path, "rb").read()
    digest = hashlib.sha256(data).digest()
    call = connection.call(PUT, pb.PutImageRequest(size_bytes=len(data), sha256=digest), more=True)
    for at in range(0, len(data), 65536):
        connection.send(DATA, data[at : at + 65536], call=call, more=at + 65536 < len(data))
    next(connection.frames(call))
    return digest


def main():
    parser = argparse.ArgumentParser()
    for name in ("server", "source", "pose", "result"):
        parser.add_argument(name)
    parser.add_argument("--token", default="")
    arguments = parser.parse_args()
    connection = Connection(arguments.server, arguments.token)
    source = put(connection, arguments.source)
    request = pb.SubmitPoseTransferRequest(idempotency_key="client.py-" + source.hex()[:16])
    request.source_image.sha256 = source
    request.pose_image.data = open(arguments.pose, "rb").read()
    answer = connection.unary(SUBMIT, request, pb.SubmitPoseTransferResponse)
    again = connection.unary(SUBMIT, request, pb.SubmitPoseTransferResponse)
    task = answer.task.latest.task_id
    if not again.deduplicated or again.task.latest.task_id != task:
        raise Failure("the same key must be the same task")
    print("task", task)
    last = None
    sequences = []
    for kind, payload in connection.frames(connection.call(STREAM, pb.StreamStatusRequest(task_ids=[task]))):
        if kind == ITEM:
            last = pb.StatusEvent.FromString(payload)
            if not last.transient:
                sequences.append(last.sequence)
                print(last.sequence, pb.TaskState.Name(last.state), pb.Charged.Name(last.charged), last.message)
    if sequences != list(range(1, len(sequences) + 1)):
        raise Failure(f"sequences have a gap: {sequences}")
    if last is None or last.state != pb.TASK_STATE_SUCCEEDED:
        raise Failure(f"ended {last and last.error.reason}: {last and last.error.message}")
    data = b""
    header = None
    for kind, payload in connection.frames(connection.call(FETCH, pb.FetchResultRequest(task_id=task))):
        if kind == RESPONSE:
            header = pb.ResultHeader.FromString(payload)
        elif kind == DATA:
            data += payload
    if hashlib.sha256(data).digest() != header.sha256 or len(data) != header.size_bytes:
        raise Failure("the result is not what its header says")
    open(arguments.result, "wb").write(data)
    print("result", arguments.result, len(data), header.media_type)


try:
    main()
except (Failure, OSError) as failure:
    print("client.py:", failure, file=sys.stderr)
    sys.exit(1)
