"""Windows' own libraries."""

import ctypes

import pytest
from support.platforms import WINDOWS_API, lacks, windows_only

from edge_assistant.system import windows_api


@lacks(WINDOWS_API)
def test_elsewhere_there_is_no_such_library() -> None:
    with pytest.raises(OSError, match="kernel32"):
        windows_api.load_library("kernel32")
    assert windows_api.last_error() == 0


@windows_only
def test_two_callers_have_their_own_types_and_learn_the_error() -> None:
    first, second = windows_api.load_library("kernel32"), windows_api.load_library("kernel32")
    first.CloseHandle.argtypes = (ctypes.c_void_p,)
    assert second.CloseHandle.argtypes is None
    assert first.GetFileAttributesW("no such file") == -1  # INVALID_FILE_ATTRIBUTES
    assert windows_api.last_error() == 2
