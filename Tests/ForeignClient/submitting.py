"""SubmitPoseTransfer: what it takes, what it refuses, files by path."""

import os

from checking import *


def submits(stage):
    c = stage.connect("shop")
    data, pose = png(10), png(11)
    request = Submit(
        idempotency_key="key-1", priority=7, labels={"team": "a"}, parameters={"strength": "0.5", "seed": "42"}
    )
    request.source_image.data, request.pose_image.data = data, pose
    request.task_timeout_ms, request.start_by_ms = 3_600_000, 600_000
    first = submit(c, request)
    task = first.task
    check(
        "a submit answers with its snapshot", task.latest.state == pb.TASK_STATE_QUEUED and not first.deduplicated, task
    )
    check(
        "sequence 1 is QUEUED, attempt 1, the first step",
        (task.latest.sequence, task.latest.attempt, task.latest.step) == (1, 1, "pose_transfer"),
        task,
    )
    check("the pipeline's default is pose_change", task.pipeline == "pose_change")
    check(
        "snapshot: priority, labels, key, caller",
        (task.priority, dict(task.labels), task.idempotency_key, task.caller) == (7, {"team": "a"}, "key-1", "shop"),
        task,
    )
    check("task_timeout_ms is cut to the engine's limit", task.task_timeout_ms == 60_000, task.task_timeout_ms)
    check("start_by_ms is kept", task.start_by_ms == 600_000)
    check("nothing is charged before the first SUBMITTING", task.latest.charged == pb.CHARGED_NO)
    c.put(data), c.put(pose)
    with open(stage.pictures + "/ten.png", "wb") as file:
        file.write(data)
    by = Submit(idempotency_key="key-1", parameters=request.parameters, pipeline="POSE_Change", priority=-3)
    by.source_image.path, by.pose_image.sha256 = stage.pictures + "/ten.png", sha256(pose)
    again = submit(c, by)
    check(
        "by path and by hash it is the same content",
        again.deduplicated and again.task.latest.task_id == task.latest.task_id,
        again,
    )
    check("of all else the first submit's stands", again.task.priority == 7)
    by.parameters["strength"] = "0.6"
    refused("other parameters, same key", c.refusal(SUBMIT, by), EXISTS, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")
    calls = [c.request(SUBMIT, submit_request(14, "key-2")) for _ in range(20)]
    answers = [pb.SubmitPoseTransferResponse.FromString(c.last_frame(call)) for call in calls]
    check(
        "twenty at once with one key are one task",
        len({a.task.latest.task_id for a in answers}) == 1 and sum(not a.deduplicated for a in answers) == 1,
    )
    check("without a key each is a task", task_of(c, submit_request(16)) != task_of(c, submit_request(16)))
    event = c.wait_for(task.latest.task_id, *ENDED)
    check("it succeeds", event.state == pb.TASK_STATE_SUCCEEDED, event)
    nodes = {n["fieldName"]: n["fieldValue"] for n in created(stage, sha256(data))["nodes"] if n["nodeId"] == "12"}
    check("parameters reach the workflow", (float(nodes["denoise"]), int(nodes["seed"])) == (0.5, 42), nodes)
    check("the key holds after the end", submit(c, request).deduplicated)
    submit_refusals(stage, c)
    paths(stage, c)
    c.close()


def submit_refusals(stage, c):
    def of(**more):
        return submit_request(20, **more)

    def image(**content):
        request = of()
        request.source_image.CopyFrom(pb.Image(**content))
        return request

    missing = of()
    missing.ClearField("pose_image")
    broken = of()
    broken.pose_image.data = png(20)[:-30]
    many = {f"label{i}": "x" for i in range(33)}
    for promise, request, code, reason, field in (
        ("an unknown pipeline", of(pipeline="nothing"), NOT_FOUND, "PIPELINE_UNKNOWN", "pipeline"),
        ("a disabled pipeline", of(pipeline="closed"), PRECONDITION, "PIPELINE_DISABLED", "pipeline"),
        ("a disabled engine", of(pipeline="dark"), PRECONDITION, "ENGINE_DISABLED", "pipeline"),
        ("an image not named", missing, INVALID, "IMAGE_MISSING", "pose_image"),
        ("inline data empty", image(data=b""), INVALID, "IMAGE_EMPTY", "source_image.data"),
        ("no picture", image(data=b"GIF89a......"), INVALID, "IMAGE_FORMAT", "source_image.data"),
        ("a broken picture", broken, INVALID, "IMAGE_FORMAT", "pose_image.data"),
        ("a sha256 of 33 bytes", image(sha256=bytes(33)), INVALID, "FIELD_INVALID", "source_image.sha256"),
        ("an unknown sha256", image(sha256=bytes(32)), PRECONDITION, "IMAGE_UNKNOWN", "source_image.sha256"),
        (
            "url with http",
            image(url="http://pictures.example.com/a.png"),
            DENIED,
            "URL_NOT_ALLOWED",
            "source_image.url",
        ),
        ("url of another host", image(url="https://example.org/a.png"), DENIED, "URL_NOT_ALLOWED", "source_image.url"),
        (
            "url with another port",
            image(url="https://pictures.example.com:444/a"),
            DENIED,
            "URL_NOT_ALLOWED",
            "source_image.url",
        ),
        (
            "a parameter not declared",
            of(parameters={"colour": "red"}),
            INVALID,
            "PARAMETER_UNKNOWN",
            "parameters.colour",
        ),
        (
            "a parameter out of range",
            of(parameters={"strength": "1.1"}),
            INVALID,
            "FIELD_INVALID",
            "parameters.strength",
        ),
        ("priority 101", of(priority=101), INVALID, "FIELD_INVALID", "priority"),
        ("priority -101", of(priority=-101), INVALID, "FIELD_INVALID", "priority"),
        ("a key of 129 bytes", of(key="k" * 129), INVALID, "FIELD_INVALID", "idempotency_key"),
        ("a pipeline of 65 bytes", of(pipeline="p" * 65), INVALID, "FIELD_INVALID", "pipeline"),
        ("33 labels", of(labels=many), INVALID, "FIELD_INVALID", "labels"),
        ("a label of 257 bytes", of(labels={"team": "x" * 257}), INVALID, "FIELD_INVALID", "labels.team"),
        ("65 parameters", of(parameters={f"p{i}": "" for i in range(65)}), INVALID, "FIELD_INVALID", "parameters"),
        ("parameters above 64 KiB", of(parameters={"p": "x" * 65_536}), INVALID, "FIELD_INVALID", "parameters"),
        ("a key with NUL", of(key="a\0b"), INVALID, "TEXT_INVALID", "idempotency_key"),
    ):
        refused(f"submit: {promise}", c.refusal(SUBMIT, request), code, reason, field)
    other = stage.connect("other")
    refused(
        "a pipeline that the caller may not use",
        other.refusal(SUBMIT, of(pipeline="two_steps")),
        NOT_FOUND,
        "PIPELINE_UNKNOWN",
        "pipeline",
    )
    named = image(sha256=sha256(png(10)))
    refused(
        "another caller's image", other.refusal(SUBMIT, named), PRECONDITION, "IMAGE_UNKNOWN", "source_image.sha256"
    )
    other.close()


def paths(stage, c):
    def of(path):
        request = submit_request(24)
        request.source_image.path = path
        return request

    outside = stage.folder + "/outside.png"
    with open(outside, "wb") as file:
        file.write(png(23))
    os.symlink(outside, stage.pictures + "/link.png")
    os.symlink(stage.folder, stage.pictures + "/folder")
    os.mkfifo(stage.pictures + "/pipe")
    for promise, path in (
        ("outside the roots", outside),
        ("a link to a file", stage.pictures + "/link.png"),
        ("a link to a folder", stage.pictures + "/folder/outside.png"),
        ("a way up", stage.pictures + "/../outside.png"),
        ("a folder", stage.pictures),
        ("a pipe", stage.pictures + "/pipe"),
        ("a file that is not there", stage.pictures + "/none.png"),
        ("a relative path that is not there", "none.png"),
        ("a relative way up", "../outside.png"),
        ("an empty path", ""),
    ):
        refused(f"path: {promise}", c.refusal(SUBMIT, of(path)), DENIED, "PATH_NOT_ALLOWED", "source_image.path")
    check("path: a relative one is looked for below the roots", task_of(c, of("ten.png")) != "")
    boss = stage.connect("boss")
    refused(
        "path: no roots of one's own",
        boss.refusal(SUBMIT, of(stage.pictures + "/ten.png")),
        DENIED,
        "PATH_NOT_ALLOWED",
        "source_image.path",
    )
    with open(stage.pictures + "/text.png", "wb") as file:
        file.write(b"no picture")
    refused(
        "path: bytes are judged",
        c.refusal(SUBMIT, of(stage.pictures + "/text.png")),
        INVALID,
        "IMAGE_FORMAT",
        "source_image.path",
    )
    boss.close()
