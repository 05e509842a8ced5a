"""What the documents say holds: links lead somewhere, commands and files that they name are there, and what is made
from the program is as the program is.
"""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import make_docs
import pytest

from edge_assistant.cli.implied_command import with_describe
from edge_assistant.settings import schema
from edge_assistant.settings.entry import parse_value
from edge_assistant.system.i18n import use_language

_ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = frozenset((".venv", "build", "dist", "tests", ".git", ".pytest_cache"))
DOCUMENTS = sorted(
    path.relative_to(_ROOT) for path in _ROOT.rglob("*.md") if not _SKIPPED.intersection(path.relative_to(_ROOT).parts)
)
# Decision records and the change log keep the names of their time.
_OF_TODAY = [path for path in DOCUMENTS if path.parent.name != "adr" and path.name != "CHANGELOG.md"]
_FOLDERS = "scripts|packaging|docs|tests|models|edge_assistant|.github|.ci"
_RECORD = r"\[\d+\]\(\d{4}-[\w-]+\.md\)"
_STATUSES = rf"accepted|withdrawn|superseded (?:in part )?by {_RECORD}(?:, {_RECORD})*"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language(None)


def _read(path: Path) -> str:
    return (_ROOT / path).read_text(encoding="utf-8")


def _prose(path: Path) -> str:
    """The text without what stands in code."""
    return re.sub(r"```.*?```|`[^`\n]+`", "", _read(path), flags=re.DOTALL)


def _code(path: Path) -> list[str]:
    """Every code span, and every line of the blocks of code."""
    text = _read(path)
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    indented = re.findall(r"^    (\S.*)$", text, flags=re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [*spans, *indented, *lines]


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _read(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_documents_are_found() -> None:
    assert {Path("README.md"), Path("docs/usage.md"), Path("docs/adr/README.md")} <= set(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(document)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (_ROOT / document).parent / name if name else _ROOT / document
        if not path.exists() or (anchor and anchor not in _anchors(path.resolve().relative_to(_ROOT))):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("document", _OF_TODAY, ids=str)
def test_files_that_are_named_are_there(document: Path) -> None:
    named = [
        found.rstrip("/.")
        for code in _code(document)
        for found in re.findall(rf"(?<![\w/.~-])(?:\./)?((?:{_FOLDERS})/[\w./*-]*)", code)
    ]
    here = (_ROOT, (_ROOT / document).parent, _ROOT / "edge_assistant")
    assert not [name for name in named if not any(list(folder.glob(name)) for folder in here)]


def test_tests_that_are_named_are_there() -> None:
    for document in _OF_TODAY:
        for path, name in re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(\w+)`", _read(document)):
            assert re.search(rf"^\s*def {name}\(", _read(Path(path)), flags=re.MULTILINE), f"{document}: {path}::{name}"


def test_each_attack_in_docs_security_has_its_test() -> None:
    rows = [line for line in _read(Path("docs/security.md")).splitlines() if line.startswith("| ")]
    attacks = [line for line in rows if not line.startswith(("| they ", "| it tries"))]
    as_above = re.compile(r"as after a day of use above|As titles above|\(the (same two tests|first test)\)")
    assert len(attacks) > 25
    assert not [line for line in attacks if "::test_" not in line and not as_above.search(line)]


def _refused(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What of a command's words there is not; "" if there is everything."""
    for word in with_describe(words, parser):
        commands = next((each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
        if word.startswith("-") and word != "-":
            if word.partition("=")[0] not in parser._option_string_actions:
                return word
        elif commands is not None and word in commands.choices:
            parser = commands.choices[word]
        elif commands is not None and not word.isupper() and word != "…":
            return word
    return ""


def _commands(document: Path) -> Iterator[list[str]]:
    for code in _code(document):
        for words in re.findall(r"(?<![\w.-])(?:\.venv/bin/)?edge-assistant((?: [^`]*)?)$", code):
            yield shlex.split(words, comments=True)


@pytest.mark.parametrize("document", _OF_TODAY, ids=str)
def test_commands_and_options_that_are_named_are_there(document: Path) -> None:
    parser = make_docs.make_parser()
    assert not [words for words in _commands(document) if _refused(parser, words)]


def test_a_command_or_option_that_is_not_there_is_noticed() -> None:
    parser = make_docs.make_parser()
    assert _refused(parser, ["describe", "FILE", "--sceen=2"]) == "--sceen=2"
    assert _refused(parser, ["photo.png", "-q", "What?", "-y"]) == "-y"
    assert _refused(parser, ["model", "list"]) == "model"
    assert _refused(parser, ["models", "fetch"]) == "fetch"
    assert _refused(parser, ["models", "pull", "NAME", "--think"]) == ""
    assert ["describe", "--window"] in list(_commands(Path("README.md")))


@pytest.mark.parametrize("document", _OF_TODAY, ids=str)
def test_settings_that_are_named_can_be_set_so(document: Path) -> None:
    for words in _commands(document):
        if words[:2] == ["settings", "set"] and len(words) == 4:
            parse_value(schema.find_entry(words[2]), words[3])


def test_the_readme_is_short_and_names_both_commands() -> None:
    text = _read(Path("README.md"))
    assert len(text.splitlines()) <= 130
    assert "./scripts/demo" in text
    assert "./scripts/test" in text


# ---- What is made from the program


def test_commands_and_settings_are_shown_as_they_are() -> None:
    assert make_docs.stale() == [], "run scripts/make_docs.py"


def test_another_option_makes_the_document_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = make_docs.make_parser()
    parser.add_argument("--new", help="something new")
    monkeypatch.setattr(make_docs, "make_parser", lambda: parser)
    assert make_docs.stale() == [make_docs.CLI]
    assert "| `--new NEW` | something new |" in make_docs.cli_document()


def test_another_default_makes_the_document_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = schema.entries()
    monkeypatch.setattr(make_docs, "entries", lambda: (replace(first, default="de"), *others))
    assert make_docs.stale() == [make_docs.SETTINGS]


def test_the_documents_are_the_same_in_every_language() -> None:
    expected = make_docs.cli_document(), make_docs.settings_document()
    use_language("de")
    assert (make_docs.cli_document(), make_docs.settings_document()) == expected


def test_the_exit_codes_are_those_of_the_contract(contract: dict[str, list[str]]) -> None:
    section = make_docs.cli_document().partition("## Exit codes")[2]
    shown = {int(code) for code in re.findall(r"^\| (\d+) \|", section, flags=re.MULTILINE)}
    assert shown == {0, *(int(line.rpartition(" ")[2]) for line in contract["errors"])}


# ---- The output for programs


@pytest.fixture(scope="module")
def contract() -> dict[str, list[str]]:
    return tomllib.loads(_read(Path("tests/data/contract.toml")))


def _rows(heading: str) -> list[list[str]]:
    """The cells of the rows of all tables below a heading of docs/json.md."""
    text = _read(Path("docs/json.md"))
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE)
    assert section is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", section[1], re.M)]


def _names(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_the_events_of_describe_are_documented(contract: dict[str, list[str]]) -> None:
    keys = {line for line in contract["events_of_describe"] if " = " not in line}
    rows = _rows("describe") + _rows("read")
    documented = {name for row in rows for name in _names(row[0]) if "." in name}
    assert documented == {key for key in keys if not key.endswith((".event", ".index"))}
    text = _read(Path("docs/json.md"))
    missing = [
        line for line in contract["events_of_describe"] if " = " in line and f"`{line.partition(' = ')[2]}`" not in text
    ]
    assert not missing


def test_the_events_of_other_commands_are_documented(contract: dict[str, list[str]]) -> None:
    rows = _rows("models and tune") + _rows("Lists, settings and doctor")
    for line in contract["events_of_other_commands"]:
        if line.startswith("weights"):
            name, _, value = line.partition(" = ")
            assert [row for row in rows if name in _names(row[0]) and (not value or value in _names(row[1]))], line
        elif " = " in line:
            name, value = line.split(" = ")
            event, key = name.split(".")
            assert [row for row in rows if row[0] == f"`{event}`" and {key, value} <= _names(row[1])], line
        else:
            event, keys = line.split(": ")
            assert [row for row in rows if row[0] == f"`{event}`" and set(keys.split(", ")) <= _names(row[1])], line
    told = {line.partition(":")[0] for line in contract["events_of_other_commands"] if ": " in line}
    shown = {name for row in rows if len(row) == 2 for name in _names(row[0]) if not name.startswith("weights")}
    assert shown == told
    listed = {line.partition(" = ")[0] for line in contract["events_of_other_commands"] if line.startswith("weights")}
    shown = {name for row in rows for name in _names(row[0]) if name.startswith("weights")}
    assert shown - {"weights.files"} == listed - {"weights.files"}


def test_the_codes_are_documented(contract: dict[str, list[str]]) -> None:
    errors = {f"{code}: exit code {row[0]}" for row in _rows("Codes of errors")[2:] for code in _names(row[1])}
    assert errors == set(contract["errors"])
    notices = _read(Path("docs/json.md")).partition("## Codes of notices\n")[2]
    assert _names(notices) == set(contract["notices"])


# ---- Decision records


def test_every_decision_record_is_in_the_index() -> None:
    folder = _ROOT / "docs/adr"
    rows = {
        row[2]: row
        for row in re.findall(
            r"^\| (\d+) \| \[(.+?)\]\((\d{4}-[\w-]+\.md)\) \| (.+?) \| (\d{4}-\d\d-\d\d) \| (.+) \|$",
            _read(Path("docs/adr/README.md")),
            flags=re.MULTILINE,
        )
    }
    assert sorted(rows) == sorted(path.name for path in folder.glob("0*.md"))
    for number, title, name, status, _, summary in rows.values():
        assert int(number) == int(name[:4])
        assert re.fullmatch(_STATUSES, status), status
        heading = (folder / name).read_text(encoding="utf-8").splitlines()[0]
        assert heading in (f"# {number}. {title}", f"# {name[:4]}: {title}")
        assert summary.endswith(".")


# ---- The checks before a commit


def test_pre_commit_runs_the_checks_of_the_gate() -> None:
    script = _read(Path("scripts/test"))
    loop = re.search(r"for platform in ([\w ]+); do\n\s*check (.+)\n", script)
    assert loop is not None
    gate = set(re.findall(r"^ *check ((?!-m pytest).+)$", script, flags=re.MULTILINE)) - {loop[2]}
    gate |= {loop[2].replace("$platform", platform) for platform in loop[1].split()}
    hooks = re.findall(r"^ *entry: \.venv/bin/python (.+)$", _read(Path(".pre-commit-config.yaml")), flags=re.MULTILINE)
    assert len(gate) > 4
    assert set(hooks) == gate
