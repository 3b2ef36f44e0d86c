"""A real posetransferd before the simulator, with several callers, for the tests beside this file."""

import hashlib
import json
import os
import signal
import subprocess
import time
import urllib.request

from wire import Connection

TOKENS = {"boss": "token-of-the-boss", "shop": "token-of-the-shop", "other": "token-of-the-other"}

CONFIG = """
server:
  listen: 127.0.0.1:0
  callers:
    - {{ name: boss, token_sha256: [{boss}], admin: true }}
    - {{ name: shop, token_sha256: [{shop}], input_roots: ["{pictures}"] }}
    - {{ name: other, token_sha256: [{other}], max_open_tasks: 1, pipelines: [pose_change] }}
  input_url_hosts: [pictures.example.com]
{server}
storage:
  path: "{data}"
{storage}
engines:
  main:
    type: runninghub
    config: &
  second:
    type: runninghub
    config: &
  off:
    type: runninghub
    enabled: false
    config: &
pipelines:
  pose_change:
    description: "The usual one"
    steps: {{ pose_transfer: {{ engine: main }} }}
  two_steps:
    steps: {{ first: {{ engine: main }}, refine: {{ engine: second }} }}
  closed:
    enabled: false
    steps: {{ pose_transfer: {{ engine: main }} }}
  dark:
    steps: {{ pose_transfer: {{ engine: off }} }}
"""

ENGINE = """
      api_key: a-key-of-the-simulator
      workflow_id: "1996080571212349442"
      api_base_url: "{provider}"
      dialect: task-openapi
      billing: none
      poll_interval: 0.05
      concurrency: 3
      timeout: 60
      inputs: {{ raw_image: {{ node: "3", field: image }}, pose_image: {{ node: "7", field: image }} }}
      outputs: [{{ node: "10", name: image }}, {{ node: "11", name: comparison }}]
      seed_node: "12"
      seed_field: seed
      parameters:
        - {{ name: strength, node: "12", field: denoise, type: number, minimum: "0", maximum: "1", default: "0.8" }}
"""


def started(command, log, text, environment):
    """Starts a program and waits for the line that says where it listens."""
    with open(log, "ab") as output:
        begin = output.tell()
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with open(log, "rb") as written:
            written.seek(begin)
            for line in written.read().decode(errors="replace").splitlines(keepends=True):
                if text in line and line.endswith("\n"):
                    return process, line.split(text)[1].strip()
        time.sleep(0.02)
    raise RuntimeError(f"{command[0]} did not come up; see {log}")


class Stage:
    def __init__(self, programs, folder, server="", storage="", run_time=0.3, callers=None):
        self.programs, self.folder = programs, folder
        self.pictures = os.path.join(folder, "pictures")
        os.makedirs(self.pictures, exist_ok=True)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PTD_")}
        command = [programs + "/posetransferctl", "simulator", "--port", "0", "--slots", "20"]
        command += ["--run-time", str(run_time)]
        self.simulator, self.provider = started(
            command, folder + "/simulator.log", "simulator listening on ", self.environment
        )
        digests = {name: f'"{hashlib.sha256(token.encode()).hexdigest()}"' for name, token in TOKENS.items()}
        engine = ENGINE.format(provider=self.provider)
        text = CONFIG.format(pictures=self.pictures, data=folder + "/data", server=server, storage=storage, **digests)
        self.config = folder + "/engine_config.yml"
        with open(self.config, "w") as file:
            file.write(text.replace(" &\n", engine))
        try:
            self.start()
        except RuntimeError:
            self.simulator.kill()
            raise

    def start(self):
        command = [self.programs + "/posetransferd", "serve", "--config", self.config]
        self.server, self.address = started(
            command, self.folder + "/server.log", "posetransferd listening on ", self.environment
        )

    def kill(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def restart(self):
        self.kill()
        self.start()

    def connect(self, name, **more):
        return Connection(self.address, TOKENS[name], **more)

    # The simulator

    def http(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.provider + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def faults(self, *rules):
        """Takes the place of the rules of before. A rule: endpoint, fault, and what else it takes."""
        self.http("/simulator/faults", {"rules": [dict(endpoint=e, fault=f, **more) for e, f, more in rules]})

    def ledger(self):
        return self.http("/simulator/ledger")

    def end(self):
        for process in (self.server, self.simulator):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
