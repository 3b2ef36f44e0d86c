"""Limits, time-outs and retention, before a server that has them tight."""

import socket
import struct
import time

from checking import *

SERVER = """  limits:
    { max_queued_tasks: 2, max_streams: 2, max_calls: 1, max_connections: 10, max_image_bytes: 100000, max_image_pixels: 90000 }
  timeouts: { handshake: 1, frame: 1, idle: 2, drain: 1, start_by: 30 }
"""
STORAGE = "  result_retention: 1\n"


def reasons_of(frames):
    """The reasons of GOAWAY and END on call 0, in their order."""
    messages = {GOAWAY: pb.GoAway, END: pb.Status}
    return [messages[kind].FromString(payload).reason for kind, payload in frames if kind in messages]


def limits(stage):
    c, boss = stage.connect("shop"), stage.connect("boss")
    check("Welcome tells the limits", (c.welcome.limits.max_calls, c.welcome.limits.max_streams) == (1, 2))
    check("start_by is the server's where the caller says none", c.welcome.limits.default_start_by_ms == 30_000)
    pause(boss, "main", True)
    waiting = [task_of(c, submit_request(i)) for i in (1, 3)]
    full = c.refusal(SUBMIT, submit_request(5))
    refused("a full queue", full, EXHAUSTED, "QUEUE_FULL")
    check("a full queue says when to come again", full.retry_after_ms > 0, full)
    watches = [c.request(STREAM, Stream(task_ids=waiting)) for _ in range(2)]
    refused("one stream too many", c.refusal(STREAM, Stream(all_mine=True)), EXHAUSTED, "TOO_MANY_STREAMS")
    refused("a download is one too", c.refusal(FETCH, Fetch(task_id=waiting[0])), EXHAUSTED, "TOO_MANY_STREAMS")
    put = Put(size_bytes=9, sha256=bytes(32))
    refused("an upload is one too", c.refusal(PUT, put, more=True), EXHAUSTED, "TOO_MANY_STREAMS")
    calls = [c.request(GET, pb.GetTaskRequest(task_id=waiting[0])) for _ in range(20)]
    check("calls above max_calls wait for their turn", all(c.last_frame(call) for call in calls))
    pause(boss, "main", False)
    ended = [event for event in c.items(watches[0]) if event.state in ENDED]
    check("the streams go on meanwhile", {event.task_id for event in ended} == set(waiting), ended)
    check("start_by_ms is shown", c.snapshot(waiting[0]).start_by_ms == 30_000)
    time.sleep(1.1)
    refused(
        "a result past its retention",
        c.refusal(FETCH, Fetch(task_id=waiting[0])),
        NOT_FOUND,
        "RESULT_EXPIRED",
        "task_id",
    )
    large = png(6, 200, 400)
    refused(
        "many bytes",
        c.refusal(PUT, Put(size_bytes=100_001, sha256=bytes(32)), more=True),
        INVALID,
        "IMAGE_TOO_LARGE",
        "size_bytes",
    )
    try:
        c.put(png(7, 301, 300))
        check("too many pixels", False)
    except Refused as end:
        refused("too many pixels", end.status, INVALID, "IMAGE_TOO_LARGE", "")
    check("as many as there may be", not c.put(png(8, 300, 300)).already_present)
    waits(stage, large)
    crowds(stage)


def waits(stage, picture):
    c = stage.connect("shop")
    upload = c.request(PUT, Put(size_bytes=len(picture), sha256=sha256(picture)), more=True)
    c.send(DATA, picture[:10], call=upload, more=True)
    refused("an upload that stalls", c.end(upload), DEADLINE, "FRAME_TIMEOUT")
    check("the connection lives on, until it is idle: GOAWAY", reasons_of(c.closes()) == ["IDLE"])
    c = stage.connect("shop")
    c.socket.sendall(struct.pack(">IBBHI", 100, REQUEST, 0, GET, 1))
    check("a frame that stalls: END on call 0", reasons_of(c.closes()) == ["FRAME_TIMEOUT"])
    host, port = stage.address.rsplit(":", 1)
    silent = socket.create_connection((host, int(port)), timeout=10)
    frame = silent.recv(4096)
    check("no HELLO: END on call 0", pb.Status.FromString(frame[12:]).reason == "HANDSHAKE_TIMEOUT", frame)
    silent.close()


def crowds(stage):
    c = stage.connect("shop")
    for _ in range(12):
        c.send(PING, b"there?")
    check("12 PINGs at once: GOAWAY and END", reasons_of(c.closes()) == ["TOO_MANY_PINGS"] * 2)
    c = stage.connect("shop")
    frame = struct.pack(">IBBHI", 8, CANCEL, 0, 0, 1)
    c.end(c.request(77))
    c.socket.sendall(frame * 600)
    check("600 CANCELs at once: GOAWAY and END", reasons_of(c.closes()) == ["TOO_MANY_ERRORS"] * 2)
    c = stage.connect("shop")
    for _ in range(1000):
        c.request(77)
    check("1,000 bad calls in a minute: GOAWAY and END", reasons_of(c.closes()) == ["TOO_MANY_ERRORS"] * 2)
    crowd = []
    try:
        while len(crowd) <= 10:
            crowd.append(stage.connect("shop"))
        check("a connection too many", False, len(crowd))
    except Refused as end:
        refused("a connection too many", end.status, EXHAUSTED, "TOO_MANY_CONNECTIONS")
        check("and when to come again", end.status.retry_after_ms > 0)
    for each in crowd:
        each.close()
