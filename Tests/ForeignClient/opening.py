"""CheckHealth, DescribeServer, calls as such, HELLO, protocol errors and half-close."""

import struct

from google.protobuf import descriptor_pb2, descriptor_pool

from checking import *


def descriptions(stage):
    c = stage.connect("shop")
    engines = health(c)
    check(
        "health names each engine",
        set(engines) == {"main", "second", "off"}
        and engines["off"].state == "disabled"
        and engines["main"].state == "serving",
        engines,
    )
    check(
        "an engine that has worked is reachable and authorised",
        (engines["main"].reachable, engines["main"].authorised) == (pb.ANSWER_YES, pb.ANSWER_YES)
        and engines["main"].last_success_at_unix_ms > 0,
        engines["main"],
    )
    about = c.unary(DESCRIBE, pb.DescribeServerRequest(), pb.DescribeServerResponse)
    files = descriptor_pb2.FileDescriptorSet.FromString(about.file_descriptor_set)
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    mine = {name for name in pb.DESCRIPTOR.message_types_by_name}
    check(
        "file_descriptor_set is the public .proto",
        all(pool.FindMessageTypeByName("posetransfer.v1." + name) for name in mine),
    )
    for name in mine:
        theirs = {f.name: (f.number, f.type) for f in pool.FindMessageTypeByName("posetransfer.v1." + name).fields}
        if theirs != {f.name: (f.number, f.type) for f in pb.DESCRIPTOR.message_types_by_name[name].fields}:
            check(f"message {name} is the same", False, theirs)
    pipelines = {p.name: p for p in about.pipelines}
    check(
        "pipelines with steps, parameters, enabled",
        list(pipelines["two_steps"].steps) == ["first", "refine"]
        and not pipelines["closed"].enabled
        and pipelines["pose_change"].description == "The usual one",
        pipelines,
    )
    strength = next(p for p in pipelines["pose_change"].parameters if p.name == "strength")
    check(
        "parameters are declared", (strength.type, strength.minimum, strength.maximum) == ("number", "0", "1"), strength
    )
    check(
        "engines: type, enabled, money",
        {e.name: (e.type, e.enabled, e.may_cost_money) for e in about.engines}["main"] == ("runninghub", True, False),
        about.engines,
    )
    check("limits are Welcome's", about.limits == c.welcome.limits and list(about.versions) == [1])
    wanted = {
        "PIPELINE_UNKNOWN",
        "TASK_SETTLED",
        "RUN_TAKEN",
        "ADMIN_ONLY",
        "SUBMISSION_UNKNOWN",
        "CONNECTION_AGE",
        "FRAME_LENGTH",
    }
    check("every reason is listed", wanted <= set(about.reasons), wanted - set(about.reasons))
    for method in (0, 10, 63, 71, 65535):
        refused(f"method {method}", c.refusal(method), UNIMPLEMENTED, "METHOD_UNKNOWN")
    refused("a payload that does not parse", c.refusal(GET, b"\xff\xff\xff"), INVALID, "PAYLOAD_INVALID")
    refused(
        "MORE on a method that is no upload", c.refusal(GET, pb.GetTaskRequest(), more=True), INVALID, "FRAME_FLAGS"
    )
    refused("text that is not UTF-8", c.refusal(GET, b"\x12\x02\xff\xfe"), INVALID, "TEXT_INVALID", "task_id")
    refused(
        "an id of 65 bytes", c.refusal(GET, pb.GetTaskRequest(task_id="x" * 65)), INVALID, "FIELD_INVALID", "task_id"
    )
    late = c.request(
        STREAM,
        Stream(
            all_mine=True, context=pb.CallContext(timeout_ms=50, traceparent="nonsense"), after_cursor=c.welcome.cursor
        ),
    )
    refused("timeout_ms passes", c.end(late), DEADLINE, "CALL_TIMEOUT")
    unknown = pb.GetTaskRequest(task_id=NO_TASK).SerializeToString() + b"\xfa\x7f\x01x"
    refused("unknown fields are ignored", c.refusal(GET, unknown), NOT_FOUND, "TASK_UNKNOWN", "task_id")
    c.send(PING, b"12345678")
    check("PONG answers with the PING's bytes", c.next(0) == (PONG, b"12345678"))
    for method, name in (
        (LIST_UNKNOWN, "ListUnknown"),
        (RESOLVE, "ResolveTask"),
        (SET_ENGINE, "SetEngine"),
        (PURGE, "PurgeCaller"),
        (DRAIN, "Drain"),
        (WATCH_ALL, "WatchAll"),
        (LIST_ALL, "ListAllTasks"),
    ):
        refused(f"{name} by a caller without admin rights", c.refusal(method), DENIED, "ADMIN_ONLY")
    c.close()


def openings(stage):
    def refusal(hello):
        try:
            Connection(stage.address, hello=hello)
        except Refused as end:
            return end.status
        return pb.Status()

    token = "token-of-the-shop"
    refused(
        "a wrong token",
        refusal(pb.Hello(min_version=1, max_version=1, token="wrong")),
        UNAUTHENTICATED,
        "TOKEN_INVALID",
    )
    refused(
        "a version that is not there",
        refusal(pb.Hello(min_version=2, max_version=3, token=token)),
        PRECONDITION,
        "VERSION_UNSUPPORTED",
    )
    for promise, hello in (
        ("min_version 0", pb.Hello(min_version=0, max_version=1, token=token)),
        ("min above max", pb.Hello(min_version=2, max_version=1, token=token)),
        ("small max_frame_bytes", pb.Hello(min_version=1, max_version=1, token=token, max_frame_bytes=1 << 20)),
        ("a long client_name", pb.Hello(min_version=1, max_version=1, token=token, client_name="x" * 129)),
        ("a long token", pb.Hello(min_version=1, max_version=1, token="x" * 4097)),
    ):
        status = refusal(hello)
        check(
            f"HELLO with {promise}: HELLO_INVALID", (status.code, status.reason) == (INVALID, "HELLO_INVALID"), status
        )
    c = Connection(stage.address)
    check("without a token: health alone, cursor 0", c.welcome.cursor == 0)
    answer = c.unary(HEALTH, pb.CheckHealthRequest(), pb.CheckHealthResponse)
    check("its answer bears serving alone", answer == pb.CheckHealthResponse(serving=True), answer)
    for method in (SUBMIT, DESCRIBE, DRAIN):
        refused(f"method {method} without a token", c.refusal(method), UNAUTHENTICATED, "TOKEN_INVALID")
    for promise, frame, reason in (
        ("an unknown kind", (12, b"", 0, 0, 0), "FRAME_KIND"),
        ("a kind of the server's", (ITEM, b"", 0, 1, 0), "FRAME_KIND"),
        ("method outside REQUEST", (PING, b"", 1, 0, 0), "FRAME_METHOD"),
        ("CANCEL with a payload", (CANCEL, b"x", 0, 1, 0), "FRAME_LENGTH"),
        ("a PING of 65 bytes", (PING, bytes(65), 0, 0, 0), "FRAME_LENGTH"),
        ("a REQUEST with call 0", (REQUEST, b"", GET, 0, 0), "CALL_ID"),
        ("CANCEL above the highest", (CANCEL, b"", 0, 99, 0), "UNKNOWN_CALL"),
        ("MORE in a PING", (PING, b"", 0, 0, 1), "FRAME_FLAGS"),
        ("flag bit 1", (REQUEST, b"", GET, 1, 2), "FRAME_FLAGS"),
        ("a second HELLO", (HELLO, b"", 0, 0, 0), "HELLO_EXPECTED"),
    ):
        c = stage.connect("shop")
        c.send(*frame)
        last = c.closes()[-1]
        status = pb.Status.FromString(last[1])
        check(
            f"{promise}: END on call 0, {reason}",
            last[0] == END and (status.code, status.reason) == (INVALID, reason),
            status,
        )
    c = stage.connect("shop")
    late = task_of(c, submit_request(130))
    watch, get = c.request(STREAM, Stream(all_mine=True, after_cursor=c.welcome.cursor)), c.request(
        GET, pb.GetTaskRequest(task_id=late)
    )
    c.socket.shutdown(1)
    check(
        "half-close: what was taken is answered",
        pb.GetTaskResponse.FromString(c.last_frame(get)).task.latest.task_id == late,
    )
    refused("half-close: streams end", c.end(watch), CANCELLED, "CALL_CANCELLED")
    check("half-close: then it closes", c.closes() == [])
