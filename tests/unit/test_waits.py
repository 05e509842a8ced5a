"""Whatever is waited for has a time limit, or says here why it is waited for without one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.source_trees import nodes

import edge_assistant

PACKAGE = Path(edge_assistant.__file__).parent

# How many arguments, without names, a call has at least that has a time limit (None: it must be named).
WAITS = {
    "get": 2,
    "wait": 1,
    "join": 1,
    "acquire": 2,
    "result": 1,
    "exception": 1,
    "wait_for": 2,
    "communicate": 2,
    "receive": 1,
    "send": 2,
    "recv": None,
    "recv_bytes": None,
    "recv_until_filtered": None,
    "send_and_get_reply": None,
    "accept": None,
    "readline": None,
    "waitpid": None,
    "select": 4,
    "urlopen": 3,
    "exec": None,
    "exec_": None,
    "call": None,
    "run": None,
    "check_output": None,
    "check_call": None,
    "open_dbus_connection": None,
}
"""Calls that may wait for ever, by the last part of their names."""

# Only of these are the calls waits that have many other meanings elsewhere.
OF = {
    "call": {"subprocess"},
    "run": {"subprocess"},
    "select": {"select"},
    "receive": {"process", "worker", "_process", "_worker"},
    "read": {"pipe", "stdin", "stdout", "stderr"},
    "send": {"process", "worker", "_process", "_worker"},
    "poll": {"connection", "_connection", "client"},
    "connect": {"sock", "socket", "_sock", "_socket"},
}
NOT_OF = {"accept": {"self", "event", "sampler", "super()", "trust", "_trust"}}

_WORKER = "in a worker process, whose program ends it, or kills it when it takes too long"
_WATCHED = "within `watching`: the worker is killed when it takes nothing or sends nothing for too long"
_BESIDE = "on a thread of its own; who receives has a limit and kills the worker then"
_LIMITED = "what is waited for has time limits of its own in all its parts, and then ends"
_MAIN_LOOP = "a loop that waits for whatever comes next, until the program ends it"

EXCEPTIONS: dict[str, str] = {
    "capture/camera.py: loop.exec()": "a timer ends the loop after the countdown",
    "capture/camera.py: self._loop.exec()": "timers end the loop where no frame comes",
    "capture/clipboard.py: loop.exec()": "a timer ends the loop",
    "capture/decode_worker.py: connection.recv()": _WORKER,
    "capture/decoder.py: process.send((name, len(view)))": _BESIDE,
    "capture/decoder.py: process.send(bytes(view[start:start + CHUNK_BYTES]))": _BESIDE,
    "cli/describe.py: self._speaker.wait()": _LIMITED,
    "cli/doctor.py: speaker.wait()": _LIMITED,
    "cli/main.py: self._signals.wait()": "until the command ends, or a signal comes",
    "cli/main.py: self._thread.join()": "the thread of the signals, which was just told that the command has ended",
    "cli/output_models.py: self._speaker.wait()": _LIMITED,
    "controller/read_aloud.py: self._changed.wait_for(self._has_work)": _MAIN_LOOP,
    "engine/client.py: process.send(request)": _WATCHED,
    "engine/client.py: process.send(ahead)": _WATCHED,
    "engine/client.py: process.send(GetEmbeddings(id))": _WATCHED,
    "engine/llama_model.py: pending_context.result()": _WORKER,
    "engine/worker.py: self._arrived.wait_for(lambda: self._requests)": _WORKER,
    "engine/worker.py: self._connection.recv()": _WORKER,
    "hotkeys/portal.py: self._bus.recv_until_filtered(self._signals)": _MAIN_LOOP,
    "hotkeys/x11.py: select.select([display.fileno(), self._end_receiver], [], [])": _MAIN_LOOP,
    "models/hub_client.py: _granted.get()": "a variable of this thread",
    "models/partial_file.py: lock.acquire()": "the lock was made with a time limit",
    "models/vision_towers.py: waiting.popleft().result()": _WORKER,
    "ocr/client.py: process.send(request)": _WATCHED,
    "ocr/client.py: process.send(GoOn(id))": _WATCHED,
    "ocr/worker.py: connection.recv()": _WORKER,
    "ocr/worker.py: self._connection.recv()": _WORKER,
    "speech/forked.py: os.waitpid(pid, 0)": _WORKER,
    "speech/forked.py: pipe.read()": _WORKER,
    "speech/reader_client.py: self._changed.wait_for(lambda: self._closed or self._is_asked or self._queue)": (
        _MAIN_LOOP
    ),
    "speech/reader_worker.py: connection.recv()": _WORKER,
    "speech/speaker.py: self._changed.wait_for(lambda: self._queue or self._sent or self._closed)": _MAIN_LOOP,
    "speech/synthesis.py: finished.wait()": _WORKER,
    "speech/worker.py: connection.recv()": _WORKER,
    "system/dbus.py: open_dbus_connection(bus)": "within `call_within`",
    "system/ipc.py: client.recv_bytes(MOST_MESSAGE_BYTES + ipc_proof.PROOF_BYTES)": "does not block",
    "system/ipc.py: self._listener.accept()": _MAIN_LOOP,
    "system/ipc_endpoint.py: lock.acquire()": "the lock was made with a time limit",
    "system/signals.py: self._receiver.recv(_MOST_AT_ONCE)": _MAIN_LOOP,
    "system/worker_process.py: _spawner.submit(_block_interrupts).result()": "starts a small program of Python's own",
    "system/worker_process.py: _spawner.submit(worker_bootstrap.start_worker, self._process, self._job).result()": (
        "the system starts a program, which is not given up half-way: it would have our pipes"
    ),
    "system/worker_process.py: self._wake_receiver.recv_bytes()": "there is a byte: it was waited for with a limit",
    "system/worker_process.py: self._connection.recv()": (
        "a message has begun; whoever asked a worker for much watches over it"
    ),
    "tuning/quantize_process.py: connection.poll(None)": _WORKER,
    "ui/application.py: self._qt_app.exec()": _MAIN_LOOP,
    "ui/models/background_task.py: self._answers.get()": "a question to the person, which a cancel answers",
}
"""Module, and the call as it is written: why it is waited without a time limit."""


def _receiver(call: ast.Call) -> str:
    if not isinstance(call.func, ast.Attribute):
        return ""
    value = call.func.value
    if isinstance(value, ast.Attribute):
        return value.attr
    return ast.unparse(value)


def _may_wait_for_ever(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    receiver = _receiver(call)
    if receiver in NOT_OF.get(name, ()) or (name in OF and receiver not in OF[name]):
        return False
    if name not in WAITS and name not in OF:
        return False
    named = {each.arg: each.value for each in call.keywords}
    if "timeout" in named:
        return ast.unparse(named["timeout"]) == "None"
    if ast.unparse(named.get("block", named.get("blocking", ast.Constant(value=True)))) == "False":
        return False
    if name in ("get", "join", "wait", "result", "exception", "receive") and call.args:
        return ast.unparse(call.args[0]) == "None"  # also of a dictionary, or of texts
    least = WAITS.get(name)
    if name == "poll":
        return bool(call.args) and ast.unparse(call.args[0]) == "None"
    if name == "exec" and not receiver:
        return False
    return least is None or len(call.args) < least


def waits(source: str) -> Iterator[str]:
    """Each call in a module that may wait for ever, as it is written there."""
    for node in nodes(source):
        if isinstance(node, ast.Call) and _may_wait_for_ever(node):
            yield ast.unparse(node)


def found() -> dict[str, list[str]]:
    """All of them, by module."""
    modules = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    return {name: calls for name, source in modules.items() if (calls := list(waits(source)))}


def test_whatever_is_waited_for_has_a_time_limit_or_a_reason() -> None:
    without = [f"{name}: {call}" for name, calls in found().items() for call in calls]
    assert sorted({*without} - {*EXCEPTIONS}) == []


def test_no_reason_has_outlived_its_wait() -> None:
    without = {f"{name}: {call}" for name, calls in found().items() for call in calls}
    assert sorted({*EXCEPTIONS} - without) == []


@pytest.mark.parametrize(
    "call",
    [
        "queue.get()",
        "queue.get(timeout=None)",
        "event.wait()",
        "event.wait(None)",
        "thread.join()",
        "lock.acquire()",
        "lock.acquire(True)",
        "connection.recv()",
        "connection.recv_bytes(10)",
        "connection.poll(None)",
        "future.result()",
        "changed.wait_for(lambda: done)",
        "subprocess.run(['x'])",
        "subprocess.check_output(['x'])",
        "process.communicate()",
        "process.communicate(b'')",
        "select.select([a], [], [])",
        "listener.accept()",
        "process.stdout.readline()",
        "self._process.send(message)",
        "bus.send_and_get_reply(message)",
    ],
)
def test_a_wait_for_ever_is_found(call: str) -> None:
    assert list(waits(call))


@pytest.mark.parametrize(
    "call",
    [
        "queue.get(timeout=5)",
        "queue.get(block=False)",
        "table.get('key')",
        "event.wait(5)",
        "thread.join(_END_S)",
        "' '.join(words)",
        "lock.acquire(timeout=5)",
        "lock.acquire(blocking=False)",
        "connection.poll()",
        "connection.poll(1)",
        "future.result(5)",
        "changed.wait_for(lambda: done, timeout)",
        "subprocess.run(['x'], timeout=5)",
        "self.run()",
        "select.select([a], [], [], 5)",
        "event.accept()",
        "process.send(message, timeout=1)",
        "process.send(message, 1)",
    ],
)
def test_a_wait_with_a_limit_is_none(call: str) -> None:
    assert not list(waits(call))
