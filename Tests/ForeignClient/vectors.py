"""Messages as Python's protobuf writes them: what Tests/PoseWireTests/ForeignVectorTests.swift reads, and must write alike.

    protoc --python_out=. pose_transfer.proto            # from proto/
    python3 vectors.py            writes the Swift file to standard output

Every field of each message is set, to a value that is not its default.
"""

import sys

from google.protobuf import text_format

import pose_transfer_pb2 as pb

CONTEXT = 'context { timeout_ms: 5000 traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }'
LIMITS = """max_frame_bytes: 16777224 max_calls: 256 max_streams: 1000 max_image_bytes: 31457280
  max_image_pixels: 67108864 handshake_timeout_ms: 5000 frame_timeout_ms: 30000 write_timeout_ms: 30001
  keepalive_timeout_ms: 20000 idle_timeout_ms: 300000 drain_timeout_ms: 20001 max_connection_age_ms: 7
  result_retention_ms: 604800000 task_retention_ms: 2592000000 default_start_by_ms: 86400000"""
EVENT = """task_id: "tsk_1" sequence: 18446744073709551615 cursor: 300 state: TASK_STATE_FAILED progress: 0.5
  queue_position: 4 eta_ms: 61000 eta_p90_ms: 90000 engine: "main" step: "pose_transfer" attempt: 2 message: "\\303\\244"
  error { code: 10 message: "why" reason: "RUN_FAILED" retry_after_ms: 9 field: "task_id" }
  charged: CHARGED_UNKNOWN cost { coins: "17" money: "0.10" currency: "CNY" } at_unix_ms: -1 transient: true dropped: 5
  outputs { name: "image" size_bytes: 67 sha256: "\\001\\002\\000" media_type: "image/png" width: 1 height: 2 }
  cancel_requested: true caller: "alice" """
SNAPSHOT = f"""latest {{ {EVENT} }} pipeline: "pose_change" priority: -100 labels {{ key: "team" value: "shop" }}
  labels {{ key: "a" value: "b" }} created_at_unix_ms: 1700000000000
  times {{ accepted_at_unix_ms: 1 started_at_unix_ms: 2 uploaded_at_unix_ms: 3 submitted_at_unix_ms: 4
    running_at_unix_ms: 5 downloaded_at_unix_ms: 6 ended_at_unix_ms: 7 }}
  task_timeout_ms: 4294967295 caller: "alice" follows_task_id: "tsk_0" follow_up_task_id: "tsk_2"
  resolution: "ADOPTED" start_by_ms: 8 idempotency_key: "key" """
HEALTH = """name: "main" type: "runninghub" state: "paused" configured: ANSWER_YES reachable: ANSWER_NO
  authorised: ANSWER_YES funded: ANSWER_NO workflow_valid: ANSWER_YES message: "m" last_success_at_unix_ms: 9
  slots_used: 1 slots_limit: 2 foreign_runs: 3"""
FILTERS = """states: TASK_STATE_QUEUED states: TASK_STATE_CANCELLED labels { key: "team" value: "shop" }
  created_after_unix_ms: 10 created_before_unix_ms: 20 page_size: 500 page_token: "token" """

MESSAGES = {
    "listTasksRequest": (pb.ListTasksRequest, f"{CONTEXT} {FILTERS}"),
    "listTasksResponse": (
        pb.ListTasksResponse,
        f'tasks {{ {SNAPSHOT} }} tasks {{ {SNAPSHOT} }} next_page_token: "token" cursor: 300',
    ),
    "describeServerRequest": (pb.DescribeServerRequest, CONTEXT),
    "describeServerResponse": (
        pb.DescribeServerResponse,
        f"""server_name: "name" build: "build" versions: 1 versions: 300 limits {{ {LIMITS} }}
        pipelines {{ name: "pose_change" enabled: true steps: "one" steps: "two"
          parameters {{ name: "seed" type: "integer" minimum: "0" maximum: "9" help: "help" }} description: "d" }}
        engines {{ name: "main" type: "runninghub" enabled: true may_cost_money: true replaced_by: "other" }}
        reasons: "INTERNAL" reasons: "IDLE" file_descriptor_set: "\\000\\377" """,
    ),
    "listUnknownRequest": (pb.ListUnknownRequest, f'{CONTEXT} page_size: 500 page_token: "token"'),
    "listUnknownResponse": (pb.ListUnknownResponse, f'tasks {{ {SNAPSHOT} }} next_page_token: "token"'),
    "resolveTaskAdoptRun": (pb.ResolveTaskRequest, f'{CONTEXT} task_id: "tsk_1" adopt_run: "run" note: "note"'),
    "resolveTaskNotCharged": (pb.ResolveTaskRequest, f'{CONTEXT} task_id: "tsk_1" not_charged: true note: "note"'),
    "resolveTaskSubmitAgain": (pb.ResolveTaskRequest, f'{CONTEXT} task_id: "tsk_1" submit_again: true note: "note"'),
    "resolveTaskResponse": (pb.ResolveTaskResponse, f"task {{ {SNAPSHOT} }} follow_up {{ {SNAPSHOT} }}"),
    "setEngineRequest": (pb.SetEngineRequest, f'{CONTEXT} engine: "main" paused: true note: "note"'),
    "setEngineResponse": (pb.SetEngineResponse, f"engine {{ {HEALTH} }}"),
    "purgeCallerRequest": (pb.PurgeCallerRequest, f'{CONTEXT} caller: "alice" note: "note"'),
    "purgeCallerResponse": (pb.PurgeCallerResponse, "tasks: 18446744073709551615 bytes: 300"),
    "drainRequest": (pb.DrainRequest, f'{CONTEXT} note: "note"'),
    "drainResponse": (pb.DrainResponse, ""),
    "watchAllRequest": (pb.WatchAllRequest, f"{CONTEXT} after_cursor: 300"),
    "listAllTasksRequest": (pb.ListAllTasksRequest, f'{CONTEXT} {FILTERS} caller: "alice"'),
}


def unset(message, path=""):
    """Fields without a value, in the message and in those inside it."""
    found = []
    set_fields = {field.name: value for field, value in message.ListFields()}
    for field in message.DESCRIPTOR.fields:
        if field.name not in set_fields:
            if field.containing_oneof is None:
                found.append(path + field.name)
        elif field.message_type and not field.message_type.GetOptions().map_entry:
            values = set_fields[field.name]
            for value in [values] if not hasattr(values, "append") else values:
                found += unset(value, f"{path}{field.name}.")
    return found


def messages():
    for name, (kind, text) in MESSAGES.items():
        message = text_format.Parse(text, kind())
        if unset(message):
            sys.exit(f"{name}: no value in {', '.join(unset(message))}")
        yield name, message


def lines(data):
    text = data.hex()
    return [text[at : at + 96] for at in range(0, len(text), 96)] or [""]


def swift():
    yield "// swift-format-ignore-file"
    yield "/// Made by Tests/ForeignClient/vectors.py: messages as Python's protobuf writes them, in hex digits."
    yield "enum ForeignVectors {"
    for name, message in messages():
        yield f"    static let {name} = ["
        for line in lines(message.SerializeToString(deterministic=True)):
            yield f'        "{line}",'
        yield "    ]"
    yield "}"


print("\n".join(swift()))
