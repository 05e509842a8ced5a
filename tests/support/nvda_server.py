"""A program that answers as NVDA's controller interface does, for Windows (or a Windows Python elsewhere).

Its calls come through Windows' own RPC, from any client: ours, or one that was compiled from NVDA's interface file.
Started as `python -m support.nvda_server SECONDS`; it speaks each sentence for that long. It prints what it is asked to
do, and reads on its standard input: `silence` (as if the person pressed Ctrl), or the end, with which it ends.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import uuid
from collections.abc import Callable
from ctypes import c_int, c_size_t, c_ssize_t, c_ubyte, c_uint32, c_ushort, c_void_p, c_wchar_p
from typing import Any

from edge_assistant.speech import nvda_rpc
from edge_assistant.speech.nvda_rpc import BOOLEAN, ENUM, STRING, Interface, StubDescription, describe_call
from edge_assistant.system.windows_api import load_library

_AUTO_LISTEN, _NO_AUTHENTICATION = 1, 0x10  # rpcdce.h: RPC_IF_AUTOLISTEN, RPC_IF_ALLOW_CALLBACKS_WITH_NO_AUTH
_INTERPRETED = 0x04000000  # rpcdcep.h: RPCFLG_HAS_CALLBACK; MIDL sets it for NvdaController2
_SPI_SETSCREENREADER = 0x47  # winuser.h


class DispatchTable(ctypes.Structure):
    """RPC_DISPATCH_TABLE (rpcdcep.h)."""

    _fields_ = [("count", c_uint32), ("calls", c_void_p), ("reserved", c_ssize_t)]


class ServerInfo(ctypes.Structure):
    """MIDL_SERVER_INFO (rpcndr.h)."""

    _fields_ = [
        ("stub", c_void_p),
        ("routines", c_void_p),
        ("formats", c_void_p),
        ("offsets", c_void_p),
        ("thunks", c_void_p),
        ("syntax", c_void_p),
        ("syntaxes", c_size_t),
        ("syntax_info", c_void_p),
    ]


class NvdaServer:
    """The server's two interfaces, and what NVDA does in their calls."""

    def __init__(self, seconds: float) -> None:
        """Begin to answer; each sentence is spoken for `seconds`."""
        self._seconds = seconds
        self._silenced = threading.Event()
        self._kept: list[Any] = []
        self._rpc = load_library("rpcrt4")
        functions = sys.modules["ctypes"].__dict__["WINFUNCTYPE"]
        plain, with_text = functions(c_uint32, c_void_p), functions(c_uint32, c_void_p, c_wchar_p)
        with_ssml = functions(c_uint32, c_void_p, c_wchar_p, c_int, c_int, c_ubyte)
        first = self._make_interface(
            nvda_rpc._CONTROLLER,
            (describe_call(0), plain(lambda _: 0)),
            (describe_call(1, STRING), with_text(lambda _, text: self._tell("speak", text))),
            (describe_call(2), plain(lambda _: self._cancel())),
            (describe_call(3, STRING), with_text(lambda _, text: self._tell("braille", text))),
        )
        second = self._make_interface(
            nvda_rpc._CONTROLLER_2,
            (describe_call(0), plain(lambda _: 0)),  # getProcessId, which nobody calls here
            (describe_call(1, STRING, ENUM, ENUM, BOOLEAN), with_ssml(self._speak_to_end)),
        )
        endpoint = nvda_rpc._endpoint()
        assert self._rpc.RpcServerUseProtseqEpW(c_wchar_p("ncalrpc"), 10, c_wchar_p(endpoint), None) == 0
        flags = _AUTO_LISTEN | _NO_AUTHENTICATION
        for each in (first, second):
            status = self._rpc.RpcServerRegisterIf2(ctypes.byref(each), None, None, flags, 1234, c_uint32(-1), None)
            assert status == 0, status
        self._rpc.RpcServerListen(1, 1234, 1)  # wine needs it

    def silence(self) -> None:
        """Fall silent, as where the person pressed Ctrl."""
        self._silenced.set()

    def _make_interface(self, id: uuid.UUID, *calls: tuple[bytes, Any]) -> Interface:
        count = len(calls)
        lengths = [len(call) for call, _ in calls]
        offsets = (c_ushort * count)(*(sum(lengths[:place]) for place in range(count)))
        formats = ctypes.create_string_buffer(b"".join(call for call, _ in calls))
        types = ctypes.create_string_buffer(nvda_rpc.TYPES)
        no_offsets = (c_ushort * (2 * count))(*[0xFFFF] * (2 * count))
        routines = (c_void_p * count)(*(ctypes.cast(routine, c_void_p).value for _, routine in calls))
        interpreter = ctypes.cast(self._rpc.NdrServerCall2, c_void_p).value
        entries = (c_void_p * (count + 1))(*[interpreter] * count, None)
        table = DispatchTable(count, ctypes.addressof(entries))
        c_runtime: Any = ctypes.CDLL("msvcrt")
        interface = nvda_rpc.make_interface(id)
        stub = StubDescription(
            interface=ctypes.addressof(interface),
            allocate=ctypes.cast(c_runtime.malloc, c_void_p).value,
            free=ctypes.cast(c_runtime.free, c_void_p).value,
            types=ctypes.cast(types, ctypes.c_char_p),
            check_bounds=1,
            version=nvda_rpc.NDR_VERSION,
            midl_version=nvda_rpc.MIDL_VERSION,
            comm_fault_offsets=ctypes.addressof(no_offsets),
            flags=1,
        )
        info = ServerInfo(*map(ctypes.addressof, (stub, routines, formats, offsets)))
        interface.dispatch_table = ctypes.addressof(table)
        interface.interpreter = ctypes.addressof(info)
        interface.flags = _INTERPRETED
        self._kept += [
            interface,
            calls,
            offsets,
            formats,
            types,
            no_offsets,
            routines,
            entries,
            table,
            c_runtime,
            stub,
            info,
        ]
        return interface

    def _speak_to_end(self, _: int, ssml: str, symbols: int, priority: int, asynchronous: int) -> int:
        self._silenced.clear()
        self._tell(f"speak to end {symbols} {priority} {asynchronous}", ssml)
        return nvda_rpc.CANCELLED if self._silenced.wait(self._seconds) else nvda_rpc.SUCCESS

    def _cancel(self) -> int:
        self._silenced.set()
        return self._tell("cancel", "")

    def _tell(self, what: str, text: str) -> int:
        print(ascii(f"{what}: {text}"), flush=True)
        return nvda_rpc.SUCCESS


def main(seconds: float, lines: Callable[[], str] = sys.stdin.readline) -> None:
    """Run until the input ends; Windows' flag says meanwhile that there is a screen reader."""
    user32 = load_library("user32")
    server = NvdaServer(seconds)
    user32.SystemParametersInfoW(_SPI_SETSCREENREADER, 1, None, 0)
    try:
        print("ready", flush=True)
        while line := lines():
            if line.strip() == "silence":
                server.silence()
    finally:
        user32.SystemParametersInfoW(_SPI_SETSCREENREADER, 0, None, 0)


if __name__ == "__main__":
    main(float(sys.argv[1]))
