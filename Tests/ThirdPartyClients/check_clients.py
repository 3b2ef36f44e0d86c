"""Runs runninghub-sdk and comfykit against the simulator: check_clients.py PROGRAM (posetransferctl)."""

import asyncio
import contextlib
import io
import logging
import os
import pathlib
import sys
import tempfile
import urllib.request

from comfykit.comfyui.runninghub_client import RunningHubClient as ComfyClient
from comfykit.comfyui.runninghub_executor import RunningHubExecutor
from runninghub_sdk import RunningHubClient as SDKClient
from runninghub_sdk import RunningHubError

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


class SDKChecks:
    """runninghub-sdk: Bearer and body key, a foreign Host header, the upload of the second family."""

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
        for group in (SDKChecks(site), ComfyChecks(site)):
            for name in [name for name in dir(group) if name.startswith("check_")]:
                getattr(group, name)()
                site.set_faults()
                print(f"passed  {type(group).__name__}.{name}", flush=True)
                checks += 1
        ledger = site.ledger()
        assert KEY not in str(ledger), "the ledger shows a key"
    paid, refused = ledger["paidCreates"], ledger["refusedCreates"]
    assert ledger["calls"]["create"]["received"] == paid + refused
    print(f"third-party clients: {checks} checks passed, {paid} paid creates, {refused} refused")


if __name__ == "__main__":
    main()
