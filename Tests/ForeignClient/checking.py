"""What the parts of every_method.py share: how a promise is checked, pictures, requests and lists."""

import struct
import zlib

import pose_transfer_pb2 as pb
from wire import *

Submit, Stream = pb.SubmitPoseTransferRequest, pb.StreamStatusRequest
Put, Fetch = pb.PutImageRequest, pb.FetchResultRequest
ENDED = (pb.TASK_STATE_SUCCEEDED, pb.TASK_STATE_FAILED, pb.TASK_STATE_CANCELLED)
NO_TASK = "no-such-task"


def check(promise, holds, seen=""):
    if not holds:
        print(f"FAILED  {promise}: {str(seen)[:600]}")
        raise SystemExit(1)
    print(f"ok  {promise}", flush=True)


def refused(promise, status, code, reason, field=""):
    seen = (status.code, status.reason, status.field)
    check(
        f"{promise}: {reason}{' ' + field if field else ''}", seen == (code, reason, field), f"{seen} {status.message}"
    )
    if not 0 < len(status.message) <= 500:
        check(f"{promise}: the message is for people", False, status.message)


def png(number, width=24, height=24):
    """A picture like no other."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + bytes((number * 7 + x * y + y) % 256 for x in range(width * 3)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    mark = chunk(b"tEXt", b"number\0%d" % number)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + mark + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def submit_request(number, key="", **more):
    request = Submit(idempotency_key=key, **more)
    request.source_image.data = png(number)
    request.pose_image.data = png(number + 1)
    return request


def submit(c, request):
    return c.unary(SUBMIT, request, pb.SubmitPoseTransferResponse)


def task_of(c, request):
    return submit(c, request).task.latest.task_id


def stored(events):
    return [event for event in events if not event.transient]


def created(stage, digest):
    """The create of a source image in the simulator's ledger."""
    return next(made for made in stage.ledger()["creates"] if made["sourceDigest"] == digest.hex())


def pause(boss, engine, paused, note="for the test"):
    return boss.unary(
        SET_ENGINE, pb.SetEngineRequest(engine=engine, paused=paused, note=note), pb.SetEngineResponse
    ).engine


def health(c):
    return {e.name: e for e in c.unary(HEALTH, pb.CheckHealthRequest(), pb.CheckHealthResponse).engines}


def list_pages(c, method=LIST, answer=pb.ListTasksResponse, **filters):
    Request = {LIST: pb.ListTasksRequest, LIST_ALL: pb.ListAllTasksRequest, LIST_UNKNOWN: pb.ListUnknownRequest}[method]
    pages, token = [], ""
    while True:
        page = c.unary(method, Request(page_token=token, **filters), answer)
        pages.append(page)
        token = page.next_page_token
        if not token:
            return pages


def ids_of(pages):
    return [task.latest.task_id for page in pages for task in page.tasks]
