"""What the command read takes, without a picture being read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.targets import Target
from edge_assistant.cli import main
from edge_assistant.cli.describe import DescribeOptions
from edge_assistant.cli.read import ReadRun


@pytest.mark.parametrize("value", ["1,2,3", "0,0,0,5", "a,b,c,d", "1,2,3,4,5", ""])
def test_a_region_is_four_whole_numbers(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["read", "--no-speak", "--region", value]) == 2
    assert "is not a rectangle such as 100,50,640,480" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["page.png", "--screen"], ["--window", "--region", "0,0,9,9"]])
def test_exactly_one_picture_is_read(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["read", "--no-speak", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    assert main.main(["read", "--no-speak", str(tmp_path / "none.png")]) == 5


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["page.png"], "page.png"),
        (["--window", "--delay", "2"], Target("window", None, 2.0)),
        (["--region=-5,0,640,480"], Target("region", None, None, Rect(-5, 0, 640, 480))),
        (["--clipboard"], Target("clipboard")),
        (["--camera", "2"], Target("camera", 2)),
        (["--screen"], Target("screen")),
    ],
)
def test_where_the_picture_is_from(
    arguments: list[str], expected: str | Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[DescribeOptions] = []

    def run(self: ReadRun) -> int:
        seen.append(self._options)
        return 0

    monkeypatch.setattr(ReadRun, "main", run)
    assert main.main(["read", *arguments]) == 0
    assert [options.picture for options in seen] == [expected]
