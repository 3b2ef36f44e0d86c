"""CancelTask, and the ways in which a task fails."""

from checking import *


def cancels(stage):
    c, boss = stage.connect("shop"), stage.connect("boss")

    def cancel(task, reason=""):
        return c.unary(CANCEL_TASK, pb.CancelTaskRequest(task_id=task, reason=reason), pb.CancelTaskResponse).task

    pause(boss, "main", True)
    queued = task_of(c, submit_request(50))
    check("a queued task has a position", c.snapshot(queued).latest.queue_position >= 1, c.snapshot(queued))
    refused(
        "result of a task that has not ended",
        c.refusal(FETCH, Fetch(task_id=queued)),
        PRECONDITION,
        "TASK_NOT_ENDED",
        "task_id",
    )
    answer = cancel(queued, "changed my mind")
    check(
        "QUEUED is CANCELLED in the answer",
        answer.latest.state == pb.TASK_STATE_CANCELLED and answer.latest.charged == pb.CHARGED_NO,
        answer,
    )
    check("the reason is kept in the message", "changed my mind" in answer.latest.message, answer.latest.message)
    check("CancelTask again answers the same", cancel(queued, "other words") == answer)
    refused(
        "result of a cancelled task", c.refusal(FETCH, Fetch(task_id=queued)), PRECONDITION, "TASK_CANCELLED", "task_id"
    )
    refused(
        "a reason of 501 characters",
        c.refusal(CANCEL_TASK, pb.CancelTaskRequest(task_id=queued, reason="x" * 501)),
        INVALID,
        "FIELD_INVALID",
        "reason",
    )
    check("a reason of 500 characters of 2 bytes", cancel(queued, "é" * 500) == answer)
    refused(
        "an unknown task",
        c.refusal(CANCEL_TASK, pb.CancelTaskRequest(task_id=NO_TASK)),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_id",
    )
    pause(boss, "main", False)
    stage.faults(("create", "runStuck", {"times": 1}))
    running = task_of(c, submit_request(52))
    c.wait_for(running, pb.TASK_STATE_RUNNING)
    answer = cancel(running, "too long")
    check(
        "RUNNING: cancel_requested, or CANCELLED already",
        answer.latest.cancel_requested or answer.latest.state == pb.TASK_STATE_CANCELLED,
        answer,
    )
    event = c.wait_for(running, *ENDED)
    check("the terminal event follows", event.state == pb.TASK_STATE_CANCELLED, event)
    check("the run was cancelled at the provider", created(stage, sha256(png(52)))["outcome"] == "cancelled")
    ended = task_of(c, submit_request(54))
    last = c.wait_for(ended, *ENDED)
    check("an ended task stays as it is", cancel(ended).latest == last)
    stage.faults(("upload", "slow", {"seconds": 3, "times": 2}))
    uploading = task_of(c, submit_request(56))
    c.wait_for(uploading, pb.TASK_STATE_UPLOADING)
    check("UPLOADING is CANCELLED in the answer", cancel(uploading).latest.state == pb.TASK_STATE_CANCELLED)
    stage.faults(("create", "runFails", {"message": "out of paint", "times": 1}))
    failed = task_of(c, submit_request(58))
    event = c.wait_for(failed, *ENDED)
    check(
        "a failed run: RUN_FAILED, ABORTED",
        (event.error.reason, event.error.code) == ("RUN_FAILED", ABORTED) and "out of paint" in event.error.message,
        event,
    )
    refused("result of a failed task", c.refusal(FETCH, Fetch(task_id=failed)), PRECONDITION, "TASK_FAILED", "task_id")
    stage.faults(("create", "contentRejected", {"times": 1}))
    event = c.wait_for(task_of(c, submit_request(60)), *ENDED)
    check(
        "moderation: CONTENT_REJECTED", (event.error.reason, event.error.code) == ("CONTENT_REJECTED", INVALID), event
    )
    stage.faults(("create", "code", {"code": 803, "times": 1}))
    event = c.wait_for(task_of(c, submit_request(62)), *ENDED)
    check(
        "a wrong node: RUN_INVALID, not charged",
        (event.error.reason, event.error.code, event.charged) == ("RUN_INVALID", INVALID, pb.CHARGED_NO),
        event,
    )
    stage.faults()
    pause(boss, "main", True)
    event = c.wait_for(task_of(c, submit_request(64, start_by_ms=300)), *ENDED)
    check("START_BY_PASSED", (event.error.reason, event.error.code) == ("START_BY_PASSED", DEADLINE), event)
    other = stage.connect("other")
    waiting = task_of(other, submit_request(66))
    refused("the caller's own limit", other.refusal(SUBMIT, submit_request(68)), EXHAUSTED, "CALLER_LIMIT")
    other.unary(CANCEL_TASK, pb.CancelTaskRequest(task_id=waiting), pb.CancelTaskResponse)
    pause(boss, "main", False)
    stage.faults(("create", "runStuck", {"times": 1}))
    event = c.wait_for(task_of(c, submit_request(70, task_timeout_ms=500)), *ENDED)
    check("TASK_TIMEOUT", (event.error.reason, event.error.code) == ("TASK_TIMEOUT", DEADLINE), event)
    for each in (c, boss, other):
        each.close()
