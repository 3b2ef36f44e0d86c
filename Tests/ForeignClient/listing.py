"""ListTasks."""

import time

from checking import *


def lists(stage):
    c, boss = stage.connect("shop"), stage.connect("boss")
    pause(boss, "main", True)
    since = int(time.time() * 1000)
    made = [task_of(c, submit_request(100 + 2 * i, labels={"batch": "list", "n": str(i % 2)})) for i in range(7)]
    page = c.unary(LIST, pb.ListTasksRequest(labels={"batch": "list"}, page_size=3), pb.ListTasksResponse)
    later = task_of(c, submit_request(120, labels={"batch": "list"}))
    ids, cursor = [t.latest.task_id for t in page.tasks], page.cursor
    check("newest first, page_size long", ids == made[:3:-1], ids)
    stage.restart()
    c, boss = stage.connect("shop"), stage.connect("boss")
    while page.next_page_token:
        page = c.unary(
            LIST,
            pb.ListTasksRequest(labels={"batch": "list"}, page_size=3, page_token=page.next_page_token),
            pb.ListTasksResponse,
        )
        ids += [t.latest.task_id for t in page.tasks]
    check("page tokens hold over a restart; each comes once", ids == made[::-1], ids)
    check("the first page bears a cursor", 0 < cursor <= c.welcome.cursor)
    call = c.request(STREAM, Stream(all_mine=True, after_cursor=cursor))
    event = pb.StatusEvent.FromString(c.next(call)[1])
    check("a stream goes on from it without a gap", (event.task_id, event.sequence) == (later, 1), event)
    c.send(CANCEL, call=call)
    queued, ended = pb.TASK_STATE_QUEUED, pb.TASK_STATE_SUCCEEDED
    check(
        "filter by two labels",
        {t.latest.task_id for p in list_pages(c, labels={"batch": "list", "n": "1"}) for t in p.tasks}
        == set(made[1::2]),
    )
    check(
        "filter by state",
        {t.latest.task_id for p in list_pages(c, states=[queued], page_size=2) for t in p.tasks} == set(made + [later]),
    )
    check(
        "filter by states", all(t.latest.state == ended for p in list_pages(c, states=[ended, ended]) for t in p.tasks)
    )
    at = c.snapshot(made[3]).created_at_unix_ms
    after = {t.latest.task_id for p in list_pages(c, created_after_unix_ms=at) for t in p.tasks}
    before = {t.latest.task_id for p in list_pages(c, created_before_unix_ms=at) for t in p.tasks}
    check(
        "created_after is inclusive, created_before exclusive",
        made[3] in after and made[3] not in before and not after & before,
    )
    check("all before the batch is there too", len(before) > 20 and not before & set(made[4:]))
    check("a label that no task has", [len(p.tasks) for p in list_pages(c, labels={"batch": "none"})] == [0])
    small = pb.Hello(min_version=1, max_version=1, token="token-of-the-shop", max_frame_bytes=(1 << 20) + 8)
    c2 = stage.connect("shop", hello=small)
    check(
        "a client with small frames lists all",
        ids_of(list_pages(c2, page_size=500)) == ids_of(list_pages(c, page_size=4)),
    )
    token = c.unary(LIST, pb.ListTasksRequest(page_size=2), pb.ListTasksResponse).next_page_token
    listing = pb.ListTasksRequest
    flipped = token[:5] + ("A" if token[5] != "A" else "B") + token[6:]
    for promise, request, field in (
        ("page_size 501", listing(page_size=501), "page_size"),
        ("a token with other filters", listing(page_token=token, states=[queued]), "page_token"),
        ("a token that was changed", listing(page_token=flipped), "page_token"),
        ("a token of somebody's own", listing(page_token="AAAA"), "page_token"),
        ("a state that is none", listing(states=[queued, 99]), "states[1]"),
        ("the unspecified state", listing(states=[0]), "states[0]"),
    ):
        refused(f"list: {promise}", c.refusal(LIST, request), INVALID, "FIELD_INVALID", field)
    refused(
        "list: another caller's token",
        boss.refusal(LIST, listing(page_token=token)),
        INVALID,
        "FIELD_INVALID",
        "page_token",
    )
    refused(
        "list: a token of another method",
        boss.refusal(LIST_ALL, pb.ListAllTasksRequest(page_token=token)),
        INVALID,
        "FIELD_INVALID",
        "page_token",
    )
    check(
        "another caller's list is his own",
        all(t.caller == "other" for p in list_pages(stage.connect("other")) for t in p.tasks),
    )
    check("the pause has survived the restart", health(c)["main"].state == "paused", health(c)["main"])
    pause(boss, "main", False)
    list(c.items(c.request(STREAM, Stream(task_ids=made + [later]))))
    for each in (c, c2, boss):
        each.close()
