"""StreamStatus, GetTask and FetchResult."""

from checking import *


def streams(stage):
    c = stage.connect("shop")
    before = stage.connect("shop").welcome.cursor
    tasks = [task_of(c, submit_request(30 + 2 * i, labels={"batch": "s"})) for i in range(3)]
    two = task_of(c, submit_request(40, pipeline="two_steps"))
    every = tasks + [two]
    watched = list(c.items(c.request(STREAM, Stream(task_ids=every + [tasks[0]]))))
    check(
        "several ids end with END OK when all have ended",
        {e.task_id for e in watched if e.state in ENDED} == set(every),
    )
    cursors = [e.cursor for e in stored(watched)]
    check("stored events come in cursor order, each once", cursors == sorted(set(cursors)))
    for task in every:
        own = [e for e in watched if e.task_id == task]
        check("it begins with sequence 1 and 0 dropped", (own[0].sequence, own[0].dropped) == (1, 0), own[0])
        pairs = list(zip(own, own[1:]))
        check(
            "sequence == previous + 1 + dropped",
            all(b.sequence == (a.sequence if b.transient else a.sequence + 1 + b.dropped) for a, b in pairs),
            own,
        )
        check("at_unix_ms never falls", all(b.at_unix_ms >= a.at_unix_ms for a, b in pairs), own)
        falls = [(a, b) for a, b in pairs if (a.step, a.attempt) == (b.step, b.attempt) and b.progress < a.progress]
        check("progress never falls within an attempt", not falls, falls)
    whole = list(c.items(c.request(STREAM, Stream(task_ids=[two]))))
    steps = []
    for e in whole:
        if not steps or steps[-1] != e.step:
            steps.append(e.step)
    check(
        "two steps: QUEUED again with the next step, attempt 1",
        steps == ["first", "refine"] and all(e.attempt == 1 for e in whole),
        steps,
    )
    check(
        "charged goes NO, UNKNOWN, YES and never back",
        charged_course(whole) == [pb.CHARGED_NO, pb.CHARGED_UNKNOWN, pb.CHARGED_YES],
        charged_course(whole),
    )
    check(
        "an ended task's stream repeats every stored event",
        [e.sequence for e in whole] == list(range(1, len(whole) + 1)),
    )
    check("caller is empty but in WatchAll", all(e.caller == "" for e in whole))
    part = list(c.items(c.request(STREAM, Stream(task_ids=[two], after_sequence=3))))
    check("after_sequence goes on behind it", part == whole[3:])
    end = list(c.items(c.request(STREAM, Stream(task_ids=[two], after_sequence=whole[-1].sequence))))
    check("after_sequence at the last one ends at once", end == [])
    middle = cursors[len(cursors) // 2]
    rest = list(c.items(c.request(STREAM, Stream(task_ids=every, after_cursor=middle))))
    everything = list(c.items(c.request(STREAM, Stream(task_ids=every))))
    check("after_cursor goes on behind it", rest == [e for e in everything if e.cursor > middle])
    mine = c.request(STREAM, Stream(all_mine=True, after_cursor=before))
    seen = []
    while not {e.task_id for e in seen if e.state in ENDED} >= set(every):
        seen.append(pb.StatusEvent.FromString(c.next(mine)[1]))
    check("all_mine after Welcome's cursor shows what came since", all(e.cursor > before for e in seen))
    live = task_of(c, submit_request(44))
    while not (seen[-1].task_id == live and seen[-1].state in ENDED):
        seen.append(pb.StatusEvent.FromString(c.next(mine)[1]))
    own = [e for e in stored(seen) if e.task_id == live]
    check(
        "all_mine goes on live",
        [e.sequence for e in own][0] == 1,
        [(e.sequence, e.dropped, e.state, e.cursor) for e in own],
    )
    c.send(CANCEL, call=mine)
    refused("all_mine runs until cancelled", c.end(mine), CANCELLED, "CALL_CANCELLED")
    stream_refusals(stage, c, tasks[0])
    snapshots_and_results(stage, c, two, whole[-1])
    c.close()


def charged_course(events):
    course = []
    for event in events:
        if not course or course[-1] != event.charged:
            course.append(event.charged)
    return course


def stream_refusals(stage, c, task):
    highest = (1 << 64) - 1
    for promise, request, code, reason, field in (
        ("neither ids nor all_mine", Stream(), INVALID, "FIELD_INVALID", "task_ids"),
        ("both", Stream(task_ids=[task], all_mine=True), INVALID, "FIELD_INVALID", "all_mine"),
        (
            "after_sequence with two ids",
            Stream(task_ids=[task, NO_TASK], after_sequence=1),
            INVALID,
            "FIELD_INVALID",
            "after_sequence",
        ),
        (
            "after_sequence with all_mine",
            Stream(all_mine=True, after_sequence=1),
            INVALID,
            "FIELD_INVALID",
            "after_sequence",
        ),
        (
            "sequence and cursor",
            Stream(task_ids=[task], after_sequence=1, after_cursor=1),
            INVALID,
            "FIELD_INVALID",
            "after_cursor",
        ),
        ("1,001 ids", Stream(task_ids=[f"t{i}" for i in range(1001)]), INVALID, "FIELD_INVALID", "task_ids"),
        ("an unknown id", Stream(task_ids=[task, NO_TASK]), NOT_FOUND, "TASK_UNKNOWN", "task_ids[1]"),
        (
            "a sequence ahead",
            Stream(task_ids=[task], after_sequence=1000),
            OUT_OF_RANGE,
            "SEQUENCE_AHEAD",
            "after_sequence",
        ),
        ("a cursor ahead", Stream(all_mine=True, after_cursor=highest), OUT_OF_RANGE, "SEQUENCE_AHEAD", "after_cursor"),
        (
            "a cursor ahead, with ids",
            Stream(task_ids=[task], after_cursor=highest),
            OUT_OF_RANGE,
            "SEQUENCE_AHEAD",
            "after_cursor",
        ),
    ):
        call = c.request(STREAM, request)
        kind, payload = c.next(call)
        check(f"stream: {promise}: judged before the first ITEM", kind == END, kind)
        refused(f"stream: {promise}", pb.Status.FromString(payload), code, reason, field)
    other = stage.connect("other")
    bytes_of = [other.next(other.request(GET, pb.GetTaskRequest(task_id=id))) for id in (task, NO_TASK, "")]
    check("another caller's task and none: the same bytes", bytes_of[0] == bytes_of[1] == bytes_of[2], bytes_of)
    refused("GetTask of another caller's", pb.Status.FromString(bytes_of[0][1]), NOT_FOUND, "TASK_UNKNOWN", "task_id")
    refused(
        "stream of another caller's",
        other.refusal(STREAM, Stream(task_ids=[task])),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_ids[0]",
    )
    refused(
        "FetchResult of another caller's",
        other.refusal(FETCH, Fetch(task_id=task)),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_id",
    )
    refused(
        "CancelTask of another caller's",
        other.refusal(CANCEL_TASK, pb.CancelTaskRequest(task_id=task)),
        NOT_FOUND,
        "TASK_UNKNOWN",
        "task_id",
    )
    other.close()


def snapshots_and_results(stage, c, task, last):
    snapshot = c.snapshot(task)
    check("GetTask shows the newest stored event", snapshot.latest == last, snapshot)
    times = snapshot.times
    course = [
        times.accepted_at_unix_ms,
        times.started_at_unix_ms,
        times.uploaded_at_unix_ms,
        times.submitted_at_unix_ms,
        times.running_at_unix_ms,
        times.downloaded_at_unix_ms,
        times.ended_at_unix_ms,
    ]
    check("times by stage are all there", all(course) and course[0] <= course[1] and course[6] == max(course), course)
    check("the cost is known", snapshot.latest.cost.coins != "", snapshot.latest.cost)
    outputs = snapshot.latest.outputs
    check(
        "outputs by name",
        [o.name for o in outputs] == ["image", "comparison"] and all(o.width and o.height for o in outputs),
        outputs,
    )
    for index, output in enumerate(outputs):
        header, data = c.fetch(task, index)
        check(
            f"output {index}: its size, digest, type and count",
            sha256(data) == header.sha256 == output.sha256
            and len(data) == header.size_bytes == output.size_bytes
            and header.media_type == output.media_type
            and header.output_count == 2,
            header,
        )
        part, rest = c.fetch(task, index, 1000)
        check(
            f"output {index}: offset goes on",
            rest == data[1000:] and part.offset == 1000 and part.size_bytes == len(data),
        )
        _, nothing = c.fetch(task, index, len(data))
        check(f"output {index}: nothing left", nothing == b"")
        refused(
            "offset above the size",
            c.refusal(FETCH, Fetch(task_id=task, output_index=index, offset=len(data) + 1)),
            OUT_OF_RANGE,
            "OFFSET_AHEAD",
            "offset",
        )
    refused(
        "no such output",
        c.refusal(FETCH, Fetch(task_id=task, output_index=2)),
        NOT_FOUND,
        "OUTPUT_UNKNOWN",
        "output_index",
    )
    refused("no such task", c.refusal(FETCH, Fetch(task_id=NO_TASK)), NOT_FOUND, "TASK_UNKNOWN", "task_id")
