"""A download speaks with the hub that was named, and with nobody else: no look-up, no second host, no report."""

from __future__ import annotations

from pathlib import Path

from support.model_commands import Models
from support.person import Place
from support.platforms import LINUX_DESKTOP, lacks
from support.system_calls import read_calls, traced

from edge_assistant.system import paths


@lacks(LINUX_DESKTOP)
def test_a_download_connects_to_the_hub_that_was_named_and_to_nobody_else(place: Place, tmp_path: Path) -> None:
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    (paths.data_dir() / "catalog.toml").write_text((place.shipped / "catalog.toml").read_text())
    with Models("pull", "pair", "--trust-new", prefix=traced(tmp_path / "trace"), **place.environment()) as run:
        assert run.wait() == 0, run.errors
    place.check_whole()
    connected = {each for each in read_calls(tmp_path / "trace").connected if "AF_UNIX" not in each}
    assert connected, "the hub was reached"
    hub = f'sin_port=htons({place.hub.port}), sin_addr=inet_addr("127.0.0.1")'
    assert [each for each in connected if hub not in each] == []
