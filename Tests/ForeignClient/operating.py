"""The admin methods, and the end of a server."""

from checking import *


def admin(stage):
    c, boss = stage.connect("shop"), stage.connect("boss")
    watch = boss.request(WATCH_ALL, pb.WatchAllRequest(after_cursor=boss.welcome.cursor))
    open_states = [state for state in pb.TaskState.values() if state and state not in ENDED]
    left = ids_of(list_pages(boss, LIST_ALL, states=open_states))
    for task in left:
        c.wait_for(task, *ENDED)
    stage.faults(("create", "lostReply", {"times": 4}))
    lost = []
    for i in range(4):
        task = task_of(c, submit_request(200 + 2 * i, key=f"lost-{i}"))
        event = c.wait_for(task, *ENDED)
        check(
            "a lost create reply: SUBMISSION_UNKNOWN, charged UNKNOWN",
            (event.error.reason, event.error.code, event.charged)
            == ("SUBMISSION_UNKNOWN", UNKNOWN, pb.CHARGED_UNKNOWN),
            event,
        )
        lost.append(task)
    stage.faults()
    unknown = [t for p in list_pages(boss, LIST_UNKNOWN, pb.ListUnknownResponse, page_size=3) for t in p.tasks]
    check(
        "ListUnknown shows them with their caller",
        [t.latest.task_id for t in unknown] == lost[::-1] and {t.caller for t in unknown} == {"shop"},
        unknown,
    )
    resolve(stage, c, boss, lost)
    seen = []
    while not (seen and seen[-1].task_id == lost[-1] and seen[-1].state in ENDED):
        seen.append(pb.StatusEvent.FromString(boss.next(watch)[1]))
    check("WatchAll names the caller", {e.caller for e in seen} == {"shop"}, {e.caller for e in seen})
    boss.send(CANCEL, call=watch)
    boss.end(watch)
    refused(
        "WatchAll with a cursor ahead",
        boss.refusal(WATCH_ALL, pb.WatchAllRequest(after_cursor=1 << 62)),
        OUT_OF_RANGE,
        "SEQUENCE_AHEAD",
        "after_cursor",
    )
    everybody = [t for p in list_pages(boss, LIST_ALL, page_size=7) for t in p.tasks]
    check(
        "ListAllTasks: all callers, each once",
        {"shop", "other"} <= {t.caller for t in everybody}
        and len({t.latest.task_id for t in everybody}) == len(everybody),
    )
    of_one = [t for p in list_pages(boss, LIST_ALL, caller="other") for t in p.tasks]
    check("ListAllTasks of one caller", of_one and {t.caller for t in of_one} == {"other"})
    check(
        "ListAllTasks with label and state",
        all(
            t.labels["batch"] == "list" and t.latest.state == pb.TASK_STATE_SUCCEEDED
            for p in list_pages(boss, LIST_ALL, labels={"batch": "list"}, states=[pb.TASK_STATE_SUCCEEDED])
            for t in p.tasks
        ),
    )
    refused(
        "SetEngine of none",
        boss.refusal(SET_ENGINE, pb.SetEngineRequest(engine="none")),
        NOT_FOUND,
        "ENGINE_UNKNOWN",
        "engine",
    )
    check("SetEngine pauses", pause(boss, "second", True).state == "paused")
    check("SetEngine again is the same", pause(boss, "second", True).state == "paused")
    check("SetEngine resumes", pause(boss, "second", False).state == "serving")
    purge(stage, c, boss)
    with open(stage.folder + "/server.log") as file:
        log = file.read()
    check(
        "the audit log has each call with its note",
        "because I looked" in log and "for the test" in log and "away with it" in log,
    )
    c.close()


def resolve(stage, c, boss, lost):
    def verdict(task, **more):
        return pb.ResolveTaskRequest(task_id=task, note="because I looked", **more)

    def resolved(*arguments, **more):
        return boss.unary(RESOLVE, verdict(*arguments, **more), pb.ResolveTaskResponse)

    good = next(t for p in list_pages(c, states=[pb.TASK_STATE_SUCCEEDED]) for t in p.tasks).latest.task_id
    runs = [created(stage, sha256(png(200 + 2 * i)))["taskId"] for i in range(4)]
    before = len(stage.ledger()["creates"])
    taken = created(stage, sha256(png(10)))["taskId"]
    refused(
        "a task that did not end so",
        boss.refusal(RESOLVE, verdict(good, not_charged=True)),
        PRECONDITION,
        "TASK_NOT_UNKNOWN",
        "task_id",
    )
    refused(
        "a task that is none",
        boss.refusal(RESOLVE, verdict(NO_TASK, not_charged=True)),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_id",
    )
    refused("no verdict", boss.refusal(RESOLVE, verdict(lost[0])), INVALID, "FIELD_INVALID", "submit_again")
    refused(
        "a run of another task",
        boss.refusal(RESOLVE, verdict(lost[0], adopt_run=taken)),
        EXISTS,
        "RUN_TAKEN",
        "adopt_run",
    )
    ended = c.snapshot(lost[0])
    answer = resolved(lost[0], adopt_run=runs[0])
    follow = answer.follow_up.latest.task_id
    check(
        "adopt_run: the verdict stands beside the ended task",
        answer.task.resolution == "ADOPTED"
        and answer.task.latest == ended.latest
        and answer.task.follow_up_task_id == follow,
        answer,
    )
    check(
        "adopt_run: a new, linked task",
        answer.follow_up.follows_task_id == lost[0] and answer.follow_up.caller == "shop",
        answer,
    )
    event = c.wait_for(follow, *ENDED)
    check(
        "adopt_run: its result is fetched",
        event.state == pb.TASK_STATE_SUCCEEDED and event.charged == pb.CHARGED_YES,
        event,
    )
    check("adopt_run: nothing was submitted", len(stage.ledger()["creates"]) == before)
    header, data = c.fetch(follow)
    check("adopt_run: the result is whole", sha256(data) == header.sha256)
    same = resolved(lost[0], adopt_run=runs[0])
    check(
        "settled twice alike: the same answer",
        same.task.resolution == "ADOPTED" and same.follow_up.latest.task_id == follow,
        same,
    )
    for other in ({"not_charged": True}, {"submit_again": True}, {"adopt_run": runs[1]}):
        refused(
            "settled otherwise",
            boss.refusal(RESOLVE, verdict(lost[0], **other)),
            PRECONDITION,
            "TASK_SETTLED",
            "task_id",
        )
    refused(
        "the adopted run again",
        boss.refusal(RESOLVE, verdict(lost[1], adopt_run=runs[0])),
        EXISTS,
        "RUN_TAKEN",
        "adopt_run",
    )
    answer = resolved(lost[1], not_charged=True)
    check(
        "not_charged: no new task", answer.task.resolution == "NOT_CHARGED" and not answer.HasField("follow_up"), answer
    )
    refused(
        "not_charged, then submit_again",
        boss.refusal(RESOLVE, verdict(lost[1], submit_again=True)),
        PRECONDITION,
        "TASK_SETTLED",
        "task_id",
    )
    answer = resolved(lost[2], submit_again=True)
    follow = answer.follow_up.latest.task_id
    event = c.wait_for(follow, *ENDED)
    check(
        "submit_again: a new task that is sent",
        answer.task.resolution == "SUBMITTED_AGAIN"
        and event.state == pb.TASK_STATE_SUCCEEDED
        and len(stage.ledger()["creates"]) == before + 1,
        event,
    )
    check(
        "the key still names the first task",
        submit(c, submit_request(204, key="lost-2")).task.latest.task_id == lost[2],
    )
    left = [t.latest.task_id for p in list_pages(boss, LIST_UNKNOWN, pb.ListUnknownResponse) for t in p.tasks]
    check("ListUnknown leaves out what is settled", left == [lost[3]], left)
    refused(
        "the settled task is the caller's own still",
        stage.connect("other").refusal(GET, pb.GetTaskRequest(task_id=lost[0])),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_id",
    )
    check("the caller sees the verdict", c.snapshot(lost[1]).resolution == "NOT_CHARGED")


def purge(stage, c, boss):
    other = stage.connect("other")
    other.put(png(300))
    task = task_of(other, submit_request(302, key="purged"))
    other.wait_for(task, *ENDED)
    _, data = other.fetch(task)
    call = other.request(FETCH, Fetch(task_id=task))
    answer = boss.unary(PURGE, pb.PurgeCallerRequest(caller="other", note="away with it"), pb.PurgeCallerResponse)
    check("PurgeCaller tells how many tasks", answer.tasks >= 2, answer)
    refused(
        "a purged task is unknown",
        other.refusal(GET, pb.GetTaskRequest(task_id=task)),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_id",
    )
    refused("a purged result too", other.refusal(FETCH, Fetch(task_id=task)), NOT_FOUND, "TASK_UNKNOWN", "task_id")
    refused(
        "a purged image too", other.refusal(PUT, Put(sha256=sha256(png(300)))), PRECONDITION, "IMAGE_UNKNOWN", "sha256"
    )
    check("a list is empty", [len(p.tasks) for p in list_pages(other)] == [0])
    kind, payload = other.next(call)
    check("a download that has begun may be finished", kind in (RESPONSE, END))
    refused(
        "a caller without anything",
        boss.refusal(PURGE, pb.PurgeCallerRequest(caller="nobody")),
        NOT_FOUND,
        "CALLER_UNKNOWN",
        "caller",
    )
    refused("no caller", boss.refusal(PURGE, pb.PurgeCallerRequest()), NOT_FOUND, "CALLER_UNKNOWN", "caller")
    again = submit(other, submit_request(302, key="purged"))
    check("a purged task's key is free", not again.deduplicated and again.task.latest.task_id != task, again)
    check("and its task succeeds", other.wait_for(again.task.latest.task_id, *ENDED).state == pb.TASK_STATE_SUCCEEDED)
    check("other callers keep theirs", sum(len(p.tasks) for p in list_pages(c)) > 20)
    other.close()


def drain(stage):
    c, boss = stage.connect("shop"), stage.connect("boss")
    data = png(400)
    watch = c.request(STREAM, Stream(all_mine=True, after_cursor=c.welcome.cursor))
    upload = c.request(PUT, Put(size_bytes=len(data), sha256=sha256(data)), more=True)
    c.send(DATA, data[:40], call=upload, more=True)
    c.send(PING, b"taken")
    check("the calls are taken", c.next(0) == (PONG, b"taken"))
    boss.unary(DRAIN, pb.DrainRequest(note="for the test"), pb.DrainResponse)
    kind, payload = c.next(0)
    away = pb.GoAway.FromString(payload)
    check(
        "Drain: GOAWAY with the last call id",
        kind == GOAWAY and (away.reason, away.last_call_id) == ("SERVER_DRAINING", upload),
        away,
    )
    refused("Drain: streams end", c.end(watch), UNAVAILABLE, "SERVER_DRAINING")
    refused("Drain: a new call has no effect", c.refusal(SUBMIT, submit_request(402)), UNAVAILABLE, "SERVER_DRAINING")
    answer = c.unary(HEALTH, pb.CheckHealthRequest(), pb.CheckHealthResponse)
    check("Drain: health says not serving", not answer.serving, answer)
    try:
        Connection(stage.address)
        check("Drain: the listener is closed", False)
    except OSError:
        check("Drain: the listener is closed", True)
    c.send(DATA, data[40:], call=upload)
    answer = pb.PutImageResponse.FromString(c.last_frame(upload))
    check("Drain: an upload is finished", answer.sha256 == sha256(data))
    check("Drain: then it closes", c.closes() == [])
    check("Drain: the program ends with status 0", stage.server.wait(10) == 0, stage.server.returncode)
