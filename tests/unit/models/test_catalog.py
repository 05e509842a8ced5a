from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from pathlib import Path

import pytest
from support.platforms import DEVICES, lacks

from edge_assistant.models.catalog import load_catalog
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.summary import SHIPPED_SOURCES
from edge_assistant.system.errors import DoesNotFitError, WeightsError

SHIPPED = Path(__file__).parents[3] / "models"


def test_the_shipped_catalogue_names_every_set_in_both_variants() -> None:
    names = [(catalog_model.name, catalog_model.variant) for catalog_model in load_catalog(SHIPPED / "catalog.toml")]
    assert sorted(names) == sorted(
        (name, variant)
        for name in ("demo", "qwen3-vl-4b-q4_k_m", "qwen3-vl-4b-q8_0")
        for variant in ("instruct", "thinking")
    )


def test_the_sources_of_the_shipped_catalogue_are_translated() -> None:
    sources = {catalog_model.source for catalog_model in load_catalog(SHIPPED / "catalog.toml")}
    assert sources == set(SHIPPED_SOURCES)


def test_the_demo_files_are_those_that_the_catalogue_pins() -> None:
    demos = [
        catalog_model for catalog_model in load_catalog(SHIPPED / "catalog.toml") if catalog_model.folder == "demo"
    ]
    listed = [entry for catalog_model in demos for entry in (catalog_model.model, *catalog_model.mmprojs)]
    assert {entry.file for entry in listed} == {path.name for path in (SHIPPED / "demo").glob("*.gguf")}
    for entry in listed:
        data = (SHIPPED / "demo" / entry.file).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry.size, entry.sha256)
    for catalog_model in demos:
        info = describe_gguf(SHIPPED / "demo" / catalog_model.model.file)
        assert (info.variant, info.quantisation) == (catalog_model.variant, catalog_model.quantisation)


def test_every_unpinned_entry_says_that_the_first_download_decides() -> None:
    for catalog_model in load_catalog(SHIPPED / "catalog.toml"):
        for entry in (catalog_model.model, *catalog_model.mmprojs):
            assert entry.first_download or (entry.size and entry.sha256)
            assert entry.sha256 is None or (len(entry.sha256) == 64 and entry.sha256 == entry.sha256.lower())
            assert entry.about_size > 1_000_000


@pytest.mark.parametrize(
    "text",
    ["source = 3", "source = [3]", "[source]", "[[source]]", "[[source]]\nvariant = 'both'", "not toml", '"', "\0"],
)
def test_a_damaged_catalogue_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalog.toml").write_text(text)
    with pytest.raises(WeightsError, match=r"The model list .* is damaged"):
        load_catalog(tmp_path / "catalog.toml")


def test_a_lack_of_open_files_is_not_blamed_on_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> str:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("edge_assistant.models.catalog.read_regular_text", none_left)
    with pytest.raises(DoesNotFitError, match=r"more open files than allowed|too many files open"):
        load_catalog(SHIPPED / "catalog.toml")


def test_a_file_name_may_not_leave_its_folder(tmp_path: Path) -> None:
    text = (SHIPPED / "catalog.toml").read_text(encoding="utf-8")
    (tmp_path / "catalog.toml").write_text(text.replace("tiny-qwen3vl-instruct", "../tiny", 1), encoding="utf-8")
    with pytest.raises(WeightsError, match="not a valid file name"):
        load_catalog(tmp_path / "catalog.toml")


def test_a_missing_catalogue_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        load_catalog(tmp_path / "catalog.toml")


ENTRY = """
[[source]]
variant = "instruct"
licence = "a licence"
source = "somewhere"
[[source.model]]
name = "mine"
quantisation = "Q4_K_M"
file = "mine.gguf"
bytes = 5
sha256 = "66358cb18bb6b3b1b6675aa412c7a88ef01d228f481184d13668e5201c730a0a"
ram_bytes = 7
[[source.mmproj]]
quantisation = "F16"
file = "mmproj-mine.gguf"
bytes = 6
"""
"""A whole set; each of its lines can be exchanged."""


def with_line(key: str, value: str) -> str:
    """ENTRY with another value in the first line of `key`."""
    changed = re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {value}", ENTRY, count=1)
    assert changed != ENTRY
    return changed


WRONG = ['["x"]', "3", "3.5", "nan", "inf", "true", "{a = 1}", "[]", "1979-05-27", "[[1]]"]
NUMBERS = [*(value for value in WRONG if value != "3"), '"lots"', "0", "-5", "9" * 40]
TEXTS = ("name", "variant", "licence", "source", "quantisation", "file", "sha256")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, value) for key in TEXTS for value in WRONG),
        *((key, value) for key in ("bytes", "ram_bytes") for value in NUMBERS),
        *(
            ("name", json.dumps(value))
            for value in ("x" * 100_000, "", "a/b", "a\\b", "a\nb", "a\x1b[31mb", "a\u202eb")
        ),
        *(("sha256", json.dumps(value)) for value in ("", "../../x", "f" * 63, hashlib.sha256().hexdigest())),
        ("licence", json.dumps("x" * 100_000)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_of_a_wrong_type_or_beyond_its_range_is_one_sentence_that_names_the_set(
    tmp_path: Path, key: str, value: str
) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(ENTRY.replace("mine", "good") + with_line(key, value))
    sentence = r"The model list .* is damaged: \[\[source\]\] number 2: .{5,150}\."
    with pytest.raises(WeightsError, match=sentence) as caught:
        load_catalog(path, own=True)
    assert len(str(caught.value)) < 500
    problems: list[str] = []
    assert [each.name for each in load_catalog(path, own=True, problems=problems)] == ["good"]
    assert problems == [str(caught.value)]


NAMES = ["..", ".", "", "a/b.gguf", "/a.gguf", "a\\b.gguf", "..\\a.gguf", "C:a.gguf", "C:\\a.gguf", "nul", "CON.gguf"]
NAMES += ["com1.gguf", "lpt9", "a.gguf.", "a.gguf ", "a.gguf.part", "a.gguf.part.json", "Catalog.TOML", "SHA256SUMS"]
NAMES += ["a\tb.gguf", "a\x00b.gguf", "a\u202eb.gguf", "x" * 300 + ".gguf"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_file_name_that_means_more_than_a_file_in_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "catalog.toml").write_text(with_line("file", json.dumps(name)))
    with pytest.raises(WeightsError, match="is not a valid file name"):
        load_catalog(tmp_path / "catalog.toml", own=True)


@pytest.mark.parametrize("name", ["My Model.gguf", "Überschrift 日本.gguf", ".a.gguf", "console.gguf", "a..b", "x.bin"])
def test_usual_file_names_are_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / "catalog.toml").write_text(with_line("file", json.dumps(name)), encoding="utf-8")
    (catalog_model,) = load_catalog(tmp_path / "catalog.toml", own=True)
    assert catalog_model.model.file == name


@pytest.mark.parametrize("text", ["", "# nothing but words\n", "source = []\n", "\ufeff", "other = 1"])
def test_an_empty_list_is_a_list(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalog.toml").write_text(text, encoding="utf-8")
    assert load_catalog(tmp_path / "catalog.toml", own=True) == ()


def test_a_byte_order_mark_is_no_part_of_a_catalogue(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(f"\ufeff{ENTRY}", encoding="utf-8")
    assert [each.name for each in load_catalog(tmp_path / "catalog.toml", own=True)] == ["mine"]


def test_what_is_not_utf_8_or_too_long_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(WeightsError, match="is damaged"):
        load_catalog(tmp_path / "catalog.toml", own=True)
    (tmp_path / "catalog.toml").write_bytes(b"#" * 200_001)
    with pytest.raises(WeightsError, match="larger than 200000 bytes"):
        load_catalog(tmp_path / "catalog.toml", own=True)


def test_of_many_bad_sets_a_few_are_told(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text("[[source]]\n" * 1000)
    problems: list[str] = []
    assert load_catalog(tmp_path / "catalog.toml", own=True, problems=problems) == ()
    assert len(problems) == 5


@lacks(DEVICES)
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_a_catalogue_that_is_no_file_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "catalog.toml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(WeightsError, match=r"cannot be read: .*: it is not a regular file\."):
        load_catalog(path, own=True)
