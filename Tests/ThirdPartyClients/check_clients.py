"""Runs runninghub-sdk and comfykit against the simulator: check_clients.py PROGRAM (posetransferctl)."""

import asyncio
import contextlib
import io
import json
import logging
import os
import pathlib
import sys
import tempfile
import time
import urllib.error
import urllib.request

from comfykit.comfyui.runninghub_client import RunningHubClient as ComfyClient
from comfykit.comfyui.runninghub_executor import RunningHubExecutor
from runninghub_sdk import RunningHubClient as SDKClient
from runninghub_sdk import RunningHubError, TaskError

import simulator
from simulator import KEY, WORKFLOW, picture, shows

SOURCE, POSE = picture("the person"), picture("the pose")


def node(number, field, value):
    return {"nodeId": number, "fieldName": field, "fieldValue": value}


def code_of(call, *arguments):
    """The code with which the SDK's call fails; fails itself if it does not."""
    try:
        call(*arguments)
    except RunningHubError as error:
        return int(error.code)
    raise AssertionError("the call was expected to fail")


class SDKSession:
    def __init__(self, site):
        self.site = site
        self.client = SDKClient(api_key=KEY, base_url=site.url, timeout=10)

    def upload(self, content):
        with contextlib.redirect_stdout(io.StringIO()):
            return self.client.upload_file(content, filename="picture.png").file_name

    def run(self):
        nodes = [node("3", "image", self.upload(SOURCE)), node("7", "image", self.upload(POSE))]
        return self.client.run(WORKFLOW, nodes).task_id

    def wait(self, task):
        return self.client.wait_for_completion(task, poll_interval=0.1, timeout=20)


class SDKChecks(SDKSession):
    """runninghub-sdk: Bearer and body key, a foreign Host header, the upload of the second family."""

    def check_whole_run(self):
        task = self.run()
        assert len(task) == 19 and task.isdigit(), task
        assert self.client.get_status(task).value == "RUNNING"
        assert code_of(self.client.get_outputs, task) == 804
        outputs = self.wait(task)
        assert [output.node_id for output in outputs] == ["10", "11"], outputs
        assert all(output.file_type == "png" for output in outputs)
        with tempfile.TemporaryDirectory() as folder:
            files = self.client.download_task_outputs(task, folder)
            assert shows(files[0].read_bytes(), SOURCE, POSE), "the result was made of other pictures"
            assert not shows(files[1].read_bytes(), SOURCE, POSE), "the comparison is the result"
        assert self.site.ledger()["creates"][-1]["outcome"] == "succeeded"

    def check_account_and_graph(self):
        account = self.client.get_account_status()
        assert account.api_type == "NORMAL" and int(account.remain_coins) > 0
        graph = self.client.get_workflow_json_parsed(WORKFLOW)
        assert graph["3"]["class_type"] == graph["7"]["class_type"] == "LoadImage"

    def check_cancel(self):
        task = self.run()
        self.client.cancel(task)
        assert self.client.get_status(task).value == "FAILED"
        assert code_of(self.client.get_outputs, task) == 805
        assert code_of(self.client.cancel, "1900000000000000001") == 807

    def check_queue_full(self):
        before = self.site.received("create")
        tasks = [self.client.run(WORKFLOW, []).task_id for _ in range(3)]
        assert code_of(self.client.run, WORKFLOW, []) == 421
        assert self.site.received("create") == before + 4, "the SDK sends a refused create once"
        for task in tasks:
            self.client.cancel(task)

    def check_failed_run(self):
        self.site.set_faults({"endpoint": "create", "fault": "runFails", "message": "no luck", "times": 1})
        assert code_of(self.wait, self.client.run(WORKFLOW, []).task_id) == 805

    def check_tricky_replies(self):
        task = self.client.run(WORKFLOW, []).task_id
        for fault in ("outputsNull", "outputsEmpty"):
            self.site.set_faults({"endpoint": "outputs", "fault": fault, "times": 1})
            assert self.client.get_outputs(task) == []
        self.site.set_faults({"endpoint": "account", "fault": "numbersAsNumbers", "times": 1})
        assert int(self.client.get_account_status().remain_coins) > 0
        self.site.set_faults({"endpoint": "create", "fault": "createState", "times": 1})
        try:
            self.client.run(WORKFLOW, [])
            raise AssertionError("the SDK does not know CREATE")
        except ValueError:
            pass
        self.wait(self.site.ledger()["creates"][-1]["taskId"])

    def check_wrong_key(self):
        assert code_of(SDKClient(api_key="short", base_url=self.site.url).get_status, "5") == 802

    def check_async(self):
        async def whole_run():
            async with SDKClient(api_key=KEY, base_url=self.site.url, timeout=10) as client:
                task = (await client.async_run(WORKFLOW, [])).task_id
                await client.async_wait_for_completion(task, poll_interval=0.1, timeout=20)
                return await client.async_get_outputs(task)

        assert len(asyncio.run(whole_run())) == 2


class SecondFamilyChecks(SDKSession):
    """runninghub-sdk on `/openapi/v2` and on webhooks. Its GET calls carry a JSON content type and a foreign Host."""

    def check_query(self):
        task = self.run()
        first = self.client.query_v2(task)
        assert (first.task_id, first.status.value, first.error_code) == (task, "RUNNING", ""), first
        result = self.client.wait_for_query_v2_completion(task, poll_interval=0.1, timeout=20)
        assert [item["nodeId"] for item in result.results] == ["10", "11"], result
        assert result.usage.consume_coins == "17"
        with urllib.request.urlopen(result.results[0]["url"], timeout=10) as reply:
            assert shows(reply.read(), SOURCE, POSE), "the result was made of other pictures"

    def check_query_of_other_ends(self):
        self.site.set_faults({"endpoint": "create", "fault": "runFails", "message": "no luck", "times": 1})
        failed, cancelled = [self.client.run(WORKFLOW, []).task_id for _ in range(2)]
        self.client.cancel(cancelled)
        try:
            self.client.wait_for_query_v2_completion(failed, poll_interval=0.1, timeout=20)
            raise AssertionError("a failed task was expected to raise")
        except TaskError as error:
            assert "unknown error" in str(error), error
        try:
            self.client.query_v2(cancelled)
            raise AssertionError("the SDK does not know CANCEL")
        except ValueError as error:
            assert "CANCEL" in str(error)
        unknown = self.client.query_v2("1900000000000000001")
        assert (unknown.task_id, unknown.status, unknown.error_code) == ("", None, "1004"), unknown

    def check_queue_and_keys(self):
        task = self.client.run(WORKFLOW, []).task_id
        status = self.client.get_queue_status()
        assert status.api_key_type_enum.value == "NORMAL" and status.concurrent_limit == 3, status
        assert (status.running_count, status.queued_count, status.total_current_tasks) == ("1", "0", "1"), status
        self.wait(task)
        assert self.client.validate_api_key()
        (key,) = self.client.list_api_keys()
        assert key.is_enabled and key.quota_used > 0 and "****" in key.key and key.key != KEY, key

    def check_webhook(self):
        with simulator.webhook_receiver(500, 200) as (link, notices):
            task = self.client.run(WORKFLOW, [], webhook_url=link).task_id
            assert self.client.get_webhook_detail(task).callback_status_enum.value == "PENDING"
            notice = notices.get(timeout=20)
            assert (notice["event"], notice["taskId"]) == ("TASK_END", task), notice
            outputs = json.loads(notice["eventData"])
            assert outputs["code"] == 0 and outputs["data"][0]["nodeId"] == "10", outputs
            detail = self.webhook(task, "RETRYING")
            assert detail.callback_response == "HTTP 500" and detail.retry_count == 1, detail
            self.client.retry_webhook(detail.id, link)
            assert notices.get(timeout=20) == notice, "a retry says the same"
            assert self.webhook(task, "SUCCESS").is_callback_success
        assert code_of(self.client.get_webhook_detail, self.client.run(WORKFLOW, []).task_id) == 1
        assert code_of(self.client.retry_webhook, "5", link) == 1

    def webhook(self, task, status):
        for _ in range(200):
            detail = self.client.get_webhook_detail(task)
            if detail.callback_status == status:
                return detail
            time.sleep(0.05)
        raise AssertionError(f"the webhook stayed {detail.callback_status}")


class WorkflowV1Checks:
    """No library speaks this dialect: the calls as its author's client made them, by the standard library."""

    def __init__(self, site):
        self.site = site

    def call(self, method, path, body=None, kind="application/json", key=KEY):
        headers = {"Authorization": f"Bearer {key}"} | ({} if body is None else {"Content-Type": kind})
        request = urllib.request.Request(self.site.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def upload(self, content):
        head = 'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = b"--B\r\n" + head.encode() + content + b"\r\n--B--\r\n"
        status, reply = self.call("POST", "/v1/upload", body, "multipart/form-data; boundary=B")
        assert status == 200, reply
        return reply["url"]

    def run(self, workflow=WORKFLOW, **inputs):
        return self.call("POST", f"/v1/workflows/{workflow}/run", json.dumps({"inputs": inputs}).encode())

    def check_whole_run(self):
        inputs = {"raw_image": self.upload(SOURCE), "pose_image": self.upload(POSE)}
        status, started = self.run(**inputs, seed=7)
        assert (status, started["status"]) == (200, "queued"), started
        while (task := self.call("GET", f"/v1/tasks/{started['task_id']}")[1])["status"] != "completed":
            assert task["status"] in ("queued", "running"), task
            time.sleep(0.1)
        with urllib.request.urlopen(task["outputs"]["output_image"], timeout=10) as reply:
            assert shows(reply.read(), SOURCE, POSE), "the result was made of other pictures"
        assert self.site.ledger()["creates"][-1]["dialect"] == "workflow-v1"

    def check_refusals(self):
        link = self.upload(SOURCE)
        assert self.run("nowhere", raw_image=link, pose_image=link) == (404, {"error": "Workflow not found"})
        assert self.run(raw_image=link)[0] == 400
        assert self.call("GET", "/v1/tasks/5") == (404, {"error": "Task not found"})
        assert self.call("GET", "/v1/tasks/5", key="short") == (401, {"error": "Unauthorized"})


def check_broken_set_ups(program):
    """What each broken set-up looks like to the SDK."""
    never_run, foreign = "1", "2"
    options = [
        "--key", KEY, "--foreign-key", "key-of-the-other-site", "--workflow", WORKFLOW, "--workflow", never_run,
        "--never-run-workflow", never_run, "--foreign-workflow", foreign, "--balance", "16", "--no-comparison",
    ]
    with simulator.running(program, *options) as site:
        client = SDKClient(api_key=KEY, base_url=site.url, timeout=10)
        assert code_of(client.run, WORKFLOW, []) == 416
        assert client.get_account_status().remain_coins == "16"
        assert code_of(client.run, never_run, []) == code_of(client.get_workflow_json_parsed, never_run) == 810
        assert code_of(client.run, foreign, []) == code_of(client.run, "3", []) == 380
        for key, code in (("key-of-the-other-site", 806), ("key-of-nobody", 802)):
            other = SDKClient(api_key=key, base_url=site.url, timeout=10)
            assert code_of(other.run, WORKFLOW, []) == code_of(other.get_account_status) == code
            assert not other.validate_api_key()
    options = ["--key-kind", "shared", "--currency", "USD", "--balance", "0", "--cost", "5"]
    with simulator.running(program, *options) as site:
        client = SDKClient(api_key=KEY, base_url=site.url, timeout=10)
        assert code_of(client.run, WORKFLOW, []) == 812
        account = client.get_account_status()
        assert (account.api_type, account.currency, account.remain_money) == ("SHARED", "USD", "0.00"), account


def check_other_options(program):
    """The options that the other checks leave alone."""
    options = ["--key-kind", "exclusive", "--slots", "1", "--queue-time", "0.2", "--run-time", "0.2", "--link-time", "0"]
    webhooks = ["--duplicate-webhooks", "--webhook-retry-time", "0", "--webhook-time-limit", "5"]
    results = ["--result-format", "jpeg", "--result-bytes", "100000"]
    with simulator.running(program, *options, *webhooks, *results) as site:
        client = SDKClient(api_key=KEY, base_url=site.url, timeout=10)
        with simulator.webhook_receiver(500, 200) as (link, notices):
            first = client.run(WORKFLOW, [], webhook_url=link)
            assert first.task_status.value == "QUEUED", first
            assert code_of(client.run, WORKFLOW, []) == 415
            assert client.run(WORKFLOW, [], use_personal_queue=True).task_status.value == "QUEUED"
            told = [notices.get(timeout=20) for _ in range(3)]
            assert told[0] == told[1] == told[2] and told[0]["taskId"] == first.task_id, told
        (picture, comparison) = client.get_outputs(first.task_id)
        assert picture.file_type == comparison.file_type == "jpg", picture
        try:
            urllib.request.urlopen(picture.file_url, timeout=10)
            raise AssertionError("the link was expected to have run out")
        except urllib.error.HTTPError as error:
            assert error.code == 403


class ComfyChecks:
    """comfykit: body key only, the upload of the first family, parameters by the titles of the graph."""

    def __init__(self, site):
        self.site = site

    def client(self, retries=0):
        return ComfyClient(api_key=KEY, base_url=self.site.url, retry_count=retries)

    @staticmethod
    @contextlib.contextmanager
    def files():
        with tempfile.TemporaryDirectory() as folder:
            source, pose = pathlib.Path(folder, "source.png"), pathlib.Path(folder, "pose.png")
            source.write_bytes(SOURCE)
            pose.write_bytes(POSE)
            yield str(source), str(pose)

    def check_executor(self):
        async def execute(source, pose):
            async with RunningHubExecutor(base_url=self.site.url, api_key=KEY, retry_count=0, timeout=20) as executor:
                return await executor.execute_by_id(WORKFLOW, {"raw_image": source, "pose_image": pose})

        with self.files() as (source, pose):
            result = asyncio.run(execute(source, pose))
        assert result.status == "completed", result.msg
        (link,) = result.images_by_var["image"]
        with urllib.request.urlopen(link, timeout=10) as reply:
            assert shows(reply.read(), SOURCE, POSE), "the result was made of other pictures"
        assert set(result.images_by_var) == {"image", "comparison"}

    def check_single_calls(self):
        async def calls(source):
            async with self.client() as client:
                graph = await client.get_workflow_json(WORKFLOW)
                name = await client.upload_file(source)
                task = (await client.create_task(WORKFLOW, [node("3", "image", name)]))["taskId"]
                status = await client.query_task_status(task)
                while (await client.query_task_status(task))["status"] != "SUCCESS":
                    await asyncio.sleep(0.1)
                return graph, name, status, await client.query_task_result(task)

        with self.files() as (source, _):
            graph, name, status, result = asyncio.run(calls(source))
        assert set(graph) >= {"3", "7", "10"}
        assert name.startswith("api/") and name.endswith(".png") and len(name) == 72
        assert status == {"status": "RUNNING", "msg": "success", "code": 0}
        assert [item["nodeId"] for item in result] == ["10", "11"]

    def check_retries_of_a_refused_create(self):
        for retries in (0, 1):
            self.site.set_faults({"endpoint": "create", "fault": "code", "code": 421})
            before = self.site.received("create")

            async def create():
                async with self.client(retries) as client:
                    await client.create_task(WORKFLOW)

            try:
                asyncio.run(create())
                raise AssertionError("421 was expected to be raised")
            except Exception as error:
                assert "TASK_QUEUE_MAXED" in str(error), error
            assert self.site.received("create") == before + retries + 1
        self.site.set_faults()

    def check_wrong_content_type(self):
        self.site.set_faults({"endpoint": "status", "fault": "wrongContentType", "times": 1})

        async def status():
            async with self.client() as client:
                await client.query_task_status("5")

        try:
            asyncio.run(status())
            raise AssertionError("a reply that is not application/json was expected to be refused")
        except Exception as error:
            assert "text/html" in str(error), error


def main():
    logging.disable(logging.CRITICAL)
    program = sys.argv[1]
    if not os.access(program, os.X_OK):
        raise SystemExit(f"no program at {program}")
    checks = 0
    with simulator.running(program, "--run-time", "0.5") as site:
        for group in (SDKChecks(site), SecondFamilyChecks(site), WorkflowV1Checks(site), ComfyChecks(site)):
            for name in [name for name in dir(group) if name.startswith("check_")]:
                getattr(group, name)()
                site.set_faults()
                print(f"passed  {type(group).__name__}.{name}", flush=True)
                checks += 1
        ledger = site.ledger()
        assert KEY not in str(ledger), "the ledger shows a key"
    paid, refused = ledger["paidCreates"], ledger["refusedCreates"]
    received = sum(ledger["calls"][endpoint]["received"] for endpoint in ("create", "runV1", "runV2"))
    assert received == paid + refused
    for check in (check_broken_set_ups, check_other_options):
        check(program)
        print(f"passed  {check.__name__}", flush=True)
        checks += 1
    print(f"third-party clients: {checks} checks passed, {paid} paid creates, {refused} refused")


if __name__ == "__main__":
    main()
