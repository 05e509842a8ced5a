"""scripts/pin_catalog.py, run as a program against a hub on loopback."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.local_hub import Fault, LocalHub

from edge_assistant.models.catalog import CatalogFile, load_catalog

ROOT = Path(__file__).resolve().parents[3]
COMMIT = "1cd86afb9a95c410a6038ab3b40d8b578c892266"  # that of the entries that are sure


@pytest.fixture
def catalog(tmp_path: Path, hub: LocalHub) -> Path:
    """The real catalogue with all checksums open, and a hub that has its files, with other contents."""
    hub.commit, hub.revisions = COMMIT, {"main", COMMIT}
    path = tmp_path / "catalog.toml"
    shutil.copy(ROOT / "models/catalog.toml", path)
    for weights in load_catalog(path):
        if weights.repository is not None:
            for entry in (weights.model, *weights.mmprojs):
                hub.files[weights.repository, entry.file] = entry.file.encode() * 1000
                if not entry.first_download:
                    hub.etags[entry.file] = entry.sha256
    return path


def run(hub: LocalHub, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/pin_catalog.py"), str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_ENDPOINT": hub.endpoint},
        check=False,
    )


def without_sizes(path: Path) -> None:
    """Sure entries without an exact size, since the hub's files are small here."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(f"about_{line}" if line.startswith("bytes = ") else line for line in lines))


def entries(path: Path) -> dict[str, CatalogFile]:
    return {
        entry.file: entry
        for weights in load_catalog(path)
        if weights.repository
        for entry in (weights.model, *weights.mmprojs)
    }


def test_open_entries_get_the_hub_s_facts_and_are_sure_from_then_on(hub: LocalHub, catalog: Path) -> None:
    without_sizes(catalog)
    before = entries(catalog)
    comments = [line for line in catalog.read_text().splitlines() if line.startswith("#")]
    result = run(hub, catalog)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "8 files were looked up; catalog.toml was changed.\n"
    after = entries(catalog)
    assert after.keys() == before.keys()
    for name, entry in after.items():
        assert not entry.first_download
        assert entry.size == len(name) * 1000
        if before[name].first_download:
            assert entry.sha256 == hashlib.sha256(name.encode() * 1000).hexdigest()
        else:
            assert entry.sha256 == before[name].sha256
    assert {weights.revision for weights in load_catalog(catalog)} == {COMMIT, None}
    assert [line for line in catalog.read_text().splitlines() if line.startswith("#")] == comments
    assert [each.method for each in hub.asked] == ["HEAD"] * 8
    again = run(hub, catalog)
    assert again.stdout == "8 files were looked up; catalog.toml is as it was.\n"


def test_a_sure_entry_that_differs_is_named_and_nothing_is_changed(hub: LocalHub, catalog: Path) -> None:
    without_sizes(catalog)
    before = catalog.read_text()
    hub.etags["Qwen3VL-4B-Instruct-Q4_K_M.gguf"] = "f" * 64
    result = run(hub, catalog)
    assert result.returncode == 3
    assert f"Qwen3VL-4B-Instruct-Q4_K_M.gguf: SHA-256 66358cb1" in result.stderr  # noqa: F541
    assert f"{'f' * 64} is the hub's" in result.stderr
    assert catalog.read_text() == before


def test_a_size_that_differs_is_named_too(hub: LocalHub, catalog: Path) -> None:
    result = run(hub, catalog)
    assert result.returncode == 3
    assert "2,497,281,664 bytes are listed" in result.stderr


def test_without_a_hub_it_says_so_and_changes_nothing(hub: LocalHub, catalog: Path) -> None:
    before = catalog.read_text()
    hub.head_faults = [Fault(status=500)]
    result = run(hub, catalog)
    assert (result.returncode, result.stdout) == (8, "")
    assert "is not available" in result.stderr
    assert catalog.read_text() == before
