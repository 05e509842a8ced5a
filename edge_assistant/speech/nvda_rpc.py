"""NVDA's controller interface, called through Windows' own RPC library.

NVDA answers these calls to every program on its desktop (nvdaController.idl in NVDA's sources). `speak_to_end` is there
since NVDA 2024.1: it blocks its thread until all was spoken or the person silenced it. The description of each call,
which Microsoft's compiler of interface files writes as data for the NDR engine, is made here: `describe_call` makes the
same bytes. So no library of NVDA's has to come with the program.
"""

from __future__ import annotations

import ctypes
import html
import struct
import threading
import uuid
from ctypes import c_int, c_ubyte, c_uint32, c_ushort, c_void_p, c_wchar_p
from typing import Any

from edge_assistant.system.windows_api import load_library

SUCCESS = 0  # winerror.h: ERROR_SUCCESS
CANCELLED = 1223  # winerror.h: ERROR_CANCELLED; the answer of `speak_to_end` when the speech was silenced
NOT_OFFERED = (1717, 1745)  # winerror.h: RPC_S_UNKNOWN_IF, RPC_S_PROCNUM_OUT_OF_RANGE; NVDA is older than the call
_RPC_ERRORS = range(1700, 1800)  # winerror.h: RPC_S_INVALID_STRING_BINDING and those after it

_CONTROLLER = uuid.UUID("DFF50B99-F7FD-4CA7-A82C-DAEB3E025295")  # nvdaController.idl: NvdaController, version 1.0
_CONTROLLER_2 = uuid.UUID("3D168D45-CB58-4270-8257-4E0BE515D557")  # nvdaController.idl: NvdaController2, version 1.0
_NDR = uuid.UUID("8A885D04-1CEB-11C9-9FE8-08002B104860")  # the transfer syntax of NDR, version 2.0 (DCE 1.1: RPC)
_SYMBOL_LEVEL_UNCHANGED, _PRIORITY_NORMAL, _SYNCHRONOUS = -1, 0, 0  # nvdaController.idl
_UOI_NAME = 2  # winuser.h
_NAME_CHARACTERS = 256

# Parameters of calls as the NDR engine wants them (Microsoft's "RPC NDR Format Strings"): flags and type.
STRING, ENUM, BOOLEAN = (0x010B, 4), (0x48, 0x0E), (0x48, 0x03)  # the string: by reference, described in TYPES at 4
TYPES = bytes.fromhex("0000 1108 255c")  # at 2 FC_RP to a simple type, at 4 FC_C_WSTRING
NDR_VERSION, MIDL_VERSION = 0x50002, 0x8010274
_NO_OFFSETS = b"\xff" * 64  # comm_status and fault_status are the result: errors are returned, not raised


def describe_call(number: int, *parameters: tuple[int, int]) -> bytes:
    """Return the format string of call `number` with a binding handle, these parameters, and a status as result."""
    sized = STRING in parameters
    buffer = sum(5 if parameter == BOOLEAN else 8 for parameter in parameters if parameter != STRING)
    stack = 8 * (len(parameters) + 2)  # the handle, the parameters, the result
    call = struct.pack("<BBIHH", 0, 0x68, 0, number, stack)  # interpreted; statuses are returned
    call += struct.pack("<BBHHH", 0x32, 0, 0, buffer, 8)  # FC_BIND_PRIMITIVE: the handle is the first argument
    call += struct.pack("<BBBBQ", 0x46 if sized else 0x44, len(parameters) + 1, 10, 1, 0)
    for place, (flags, kind) in enumerate((*parameters, (0x70, 0x10)), start=1):  # the last: FC_ERROR_STATUS_T
        call += struct.pack("<HHH", flags, 8 * place, kind)
    return call


class SyntaxId(ctypes.Structure):
    """RPC_SYNTAX_IDENTIFIER (rpcdcep.h)."""

    _fields_ = [("uuid", c_ubyte * 16), ("major", c_ushort), ("minor", c_ushort)]


class Interface(ctypes.Structure):
    """RPC_CLIENT_INTERFACE and RPC_SERVER_INTERFACE (rpcdcep.h)."""

    _fields_ = [
        ("length", c_uint32),
        ("interface", SyntaxId),
        ("transfer_syntax", SyntaxId),
        ("dispatch_table", c_void_p),
        ("endpoint_count", c_uint32),
        ("endpoints", c_void_p),
        ("manager", c_void_p),
        ("interpreter", c_void_p),
        ("flags", c_uint32),
    ]


class StubDescription(ctypes.Structure):
    """MIDL_STUB_DESC (rpcndr.h)."""

    _fields_ = [
        ("interface", c_void_p),
        ("allocate", c_void_p),
        ("free", c_void_p),
        ("implicit_handle", c_void_p),
        ("rundown", c_void_p),
        ("generic_bindings", c_void_p),
        ("expressions", c_void_p),
        ("transmit_as", c_void_p),
        ("types", ctypes.c_char_p),
        ("check_bounds", ctypes.c_int),
        ("version", c_uint32),
        ("malloc_free", c_void_p),
        ("midl_version", ctypes.c_int32),
        ("comm_fault_offsets", c_void_p),
        ("user_marshal", c_void_p),
        ("notify", c_void_p),
        ("flags", ctypes.c_size_t),
        ("reserved", c_void_p * 3),
    ]


def make_interface(id: uuid.UUID) -> Interface:
    """Make the description of an interface of version 1.0 without calls back."""
    syntax, ndr = ((c_ubyte * 16)(*each.bytes_le) for each in (id, _NDR))
    return Interface(ctypes.sizeof(Interface), SyntaxId(syntax, 1, 0), SyntaxId(ndr, 2, 0))


class NvdaController:
    """NVDA's calls. Each returns 0 or an error code of Windows; any thread may call.

    While NVDA does not run that is 1722 (RPC_S_SERVER_UNAVAILABLE); where NVDA sleeps in the program in front, it is 5
    (ERROR_ACCESS_DENIED) or 0xFFFFFFFF. NVDA only queues what is asked, and answers at once even where it hangs, except
    to `speak_to_end`.
    """

    def __init__(self, rpcrt4: Any = None, endpoint: str | None = None) -> None:
        """Tests pass `rpcrt4`, the RPC library, and `endpoint`, the name of NVDA's on this desktop."""
        self._rpc = rpcrt4 or _load_rpc()
        self._address = f"ncalrpc:[{endpoint or _endpoint()}]"
        self._lock = threading.Lock()
        self._binding = c_void_p()
        self._stubs = {id: _Stub(id) for id in (_CONTROLLER, _CONTROLLER_2)}

    def test(self) -> int:
        """Ask whether NVDA runs."""
        return self._call(_CONTROLLER, describe_call(0))

    def speak(self, text: str) -> int:
        """Speak a text after what NVDA says already."""
        return self._call(_CONTROLLER, describe_call(1, STRING), c_wchar_p(text))

    def cancel(self) -> int:
        """Silence NVDA."""
        return self._call(_CONTROLLER, describe_call(2))

    def braille(self, text: str) -> int:
        """Show a text on the braille display, as NVDA shows its messages."""
        return self._call(_CONTROLLER, describe_call(3, STRING), c_wchar_p(text))

    def speak_to_end(self, text: str, language: str | None) -> int:
        """Speak a text in this language (a code such as de); return when it ended, or CANCELLED when it was silenced.

        Where NVDA's speech is turned off, this never returns; before NVDA 2026.3 also where it is silenced before it
        begins.
        """
        words = html.escape(text, quote=False)
        if language:
            words = f'<voice xml:lang="{html.escape(language)}">{words}</voice>'
        arguments = (
            c_wchar_p(f"<speak>{words}</speak>"),
            c_int(_SYMBOL_LEVEL_UNCHANGED),
            c_int(_PRIORITY_NORMAL),
            c_ubyte(_SYNCHRONOUS),
        )
        return self._call(_CONTROLLER_2, describe_call(1, STRING, ENUM, ENUM, BOOLEAN), *arguments)

    def _call(self, interface: uuid.UUID, call: bytes, *arguments: Any) -> int:
        """Call NVDA; once more after an error of RPC, since a binding may outlive the NVDA that it was made for."""
        status = self._call_once(interface, call, *arguments)
        if status in _RPC_ERRORS and status not in NOT_OFFERED:
            with self._lock:
                self._binding = c_void_p()  # not freed: another thread may be using it
            status = self._call_once(interface, call, *arguments)
        return status

    def _call_once(self, interface: uuid.UUID, call: bytes, *arguments: Any) -> int:
        with self._lock:
            if not self._binding:
                binding = c_void_p()
                status: int = self._rpc.RpcBindingFromStringBindingW(self._address, ctypes.byref(binding))
                if status:
                    return status
                self._binding = binding
            binding = self._binding
        stub = ctypes.byref(self._stubs[interface].description)
        result: int = self._rpc.NdrClientCall2(stub, ctypes.c_char_p(call), binding, *arguments)
        return result & 0xFFFFFFFF


class _Stub:
    """What the NDR engine needs of an interface, kept alive together."""

    def __init__(self, id: uuid.UUID) -> None:
        self._interface = make_interface(id)
        self._unused_handle = c_void_p()
        self.description = StubDescription(
            interface=ctypes.addressof(self._interface),
            implicit_handle=ctypes.addressof(self._unused_handle),
            types=TYPES,
            check_bounds=1,
            version=NDR_VERSION,
            midl_version=MIDL_VERSION,
            comm_fault_offsets=ctypes.cast(ctypes.c_char_p(_NO_OFFSETS), c_void_p).value,
            flags=1,
        )


def _load_rpc() -> Any:
    rpcrt4 = load_library("rpcrt4")
    # rpcdce.h: RPC_STATUS RpcBindingFromStringBindingW(RPC_WSTR, RPC_BINDING_HANDLE*)
    rpcrt4.RpcBindingFromStringBindingW.argtypes = (c_wchar_p, c_void_p)
    rpcrt4.RpcBindingFromStringBindingW.restype = ctypes.c_int32
    # rpcndr.h: CLIENT_CALL_RETURN NdrClientCall2(PMIDL_STUB_DESC, PFORMAT_STRING, ...), the last being the call's own
    rpcrt4.NdrClientCall2.restype = ctypes.c_size_t
    return rpcrt4


def _endpoint() -> str:
    """Return the name of NVDA's endpoint: it has one for each session and desktop."""
    kernel32, user32 = load_library("kernel32"), load_library("user32")
    session, needed = c_uint32(), c_uint32()
    # processthreadsapi.h: BOOL ProcessIdToSessionId(DWORD, DWORD*)
    kernel32.ProcessIdToSessionId.argtypes = (c_uint32, c_void_p)
    kernel32.ProcessIdToSessionId(kernel32.GetCurrentProcessId(), ctypes.byref(session))
    # winuser.h: HDESK GetThreadDesktop(DWORD); BOOL GetUserObjectInformationW(HANDLE, int, PVOID, DWORD bytes, DWORD*)
    user32.GetThreadDesktop.argtypes = (c_uint32,)
    user32.GetThreadDesktop.restype = c_void_p
    user32.GetUserObjectInformationW.argtypes = (c_void_p, c_int, c_void_p, c_uint32, c_void_p)
    name = ctypes.create_unicode_buffer(_NAME_CHARACTERS)
    desktop = user32.GetThreadDesktop(kernel32.GetCurrentThreadId())
    user32.GetUserObjectInformationW(desktop, _UOI_NAME, name, ctypes.sizeof(name), ctypes.byref(needed))
    return f"NvdaCtlr.{session.value}.{name.value}"
