"""Tests of describe under low system limits: it works, or ends with the reason and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.describing import DIALOG, Describe
from support.platforms import LIMITS, OTHER_HOMES, lacks

_MB = 1_000_000


@lacks(LIMITS)
@pytest.mark.parametrize(
    ("name", "most", "codes"),
    [
        ("RLIMIT_NOFILE", 12, ("files", "processes")),
        ("RLIMIT_AS", 60 * _MB, ("memory", "processes")),
    ],
)
def test_a_limit_of_the_system_is_told_as_such(name: str, most: int, codes: tuple[str, ...]) -> None:
    import resource

    limit = getattr(resource, name)
    with Describe(DIALOG, preexec_fn=lambda: resource.setrlimit(limit, (most, most))) as run:
        assert run.wait() == 7, run.errors
        assert b"Traceback" not in run.errors
        error = run.events[-1]
        assert error["code"] in codes, error
        assert "Close some programs" in error["message"] or "ulimit -n 1024" in error["message"]


def test_without_a_home_a_picture_is_described_all_the_same() -> None:
    nothing = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), "")
    nothing |= {"HOME": os.devnull, "LOCALAPPDATA": os.devnull, "USERPROFILE": os.devnull}
    with Describe(DIALOG, environment=nothing) as run:
        assert run.wait() == 0, run.errors
        assert "Music" in run.events[-1]["answer"]


@lacks(OTHER_HOMES)
def test_a_folder_of_weights_below_nobody_s_home_is_named(user_folders: Path) -> None:
    settings = user_folders / "home/.config/edge-assistant/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('weights_folder = "~nosuchuser/x"\n')
    with Describe(DIALOG) as run:
        assert run.wait() == 2
        assert run.events[-1]["message"] == (
            "weights_folder: The home folder in ~nosuchuser/x is not known. Write the full path."
        )
