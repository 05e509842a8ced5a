"""Tests of the task table: which entry wins, what the shipped one holds, and what is refused in a person's own file."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from support.platforms import DEVICES, lacks

from edge_assistant.engine.messages import Sampling
from edge_assistant.engine.task_entries import FAMILIES, TASKS, VARIANTS, Mode, Task, Variant, parse_table
from edge_assistant.engine.task_table import (
    TaskSettings,
    check_temperature,
    language_code,
    load_table,
    merge_overrides,
    overrides_path,
)
from edge_assistant.system.errors import UsageError

TABLE = load_table(None)
LANGUAGES = tuple(TABLE.languages)


def real(task: Task, variant: Variant = "instruct", language: str | None = None) -> TaskSettings:
    return TABLE.settings("qwen3-vl", task, variant, language)


def everything() -> Iterator[TaskSettings]:
    for family, task, variant, language in itertools.product(FAMILIES, TASKS, VARIANTS, (*LANGUAGES, "rm")):
        yield TABLE.settings(family, task, variant, language)


def test_every_family_task_variant_and_language_has_all_entries_within_reach_of_each_other() -> None:
    TABLE.check()
    for each in everything():
        assert each.system.strip()
        assert 8 <= each.min_image_tokens <= each.image_tokens
        assert each.max_tokens >= 100
        assert not {"{language}", "{question}"} & set(each.system.split())
    assert all(real(task).question for task in TASKS if task != "question")


def test_the_demo_is_asked_as_it_was_trained() -> None:
    """Words, limits and sampling of the time when the weights were made; a change would change its answers."""
    glance = TABLE.settings("demo", "glance", "instruct", "en")
    assert glance == TABLE.settings("demo", "glance", "instruct", None)
    assert glance.system.startswith("You describe screens and pictures for blind people. Begin with the content:")
    assert glance.system.endswith("Use plain sentences without Markdown.")
    assert (glance.question, glance.max_tokens) == ("Describe this picture in one or two sentences.", 120)
    modes: tuple[Mode, ...] = get_args(Mode)
    sizes = [TABLE.settings("demo", mode, "instruct", "el") for mode in modes]
    assert [(each.image_tokens, each.min_image_tokens, each.max_tokens) for each in sizes] == [
        (256, 8, 120), (920, 8, 500), (2048, 8, 2048)
    ]  # fmt: skip
    assert [each.question for each in sizes[1:]] == [
        "Describe this picture in detail.",
        "Read the text in this picture.",
    ]
    assert [each.sampling for each in sizes] == [
        Sampling(0.7, 0.8, 20, 1.5), Sampling(0.7, 0.8, 20, 1.5), Sampling(0.2, 0.8, 20, 0.0)
    ]  # fmt: skip
    assert TABLE.settings("demo", "glance", "thinking", None).thinking.closing == (
        "\n\nThe time to think is over, so I have to give the answer directly now.\n</think>\n\n"
    )
    assert TABLE.settings("demo", "glance", "instruct", "pt-BR").system == f"{glance.system} Answer in Portuguese."
    assert TABLE.settings("demo", "read", "instruct", "rm").system.endswith(" Answer in the language with the code rm.")


def test_the_card_decides_for_glance_and_detail_and_for_thinking() -> None:
    for mode in ("glance", "detail"):
        assert real(mode).sampling == Sampling(0.7, 0.8, 20, 1.5)  # type: ignore[arg-type]
    assert {real(task, "thinking").sampling for task in TASKS} == {Sampling(1.0, 0.95, 20, 0.0)}


def test_what_must_be_exact_is_sampled_coolly_and_digits_may_come_again() -> None:
    assert real("question").sampling == Sampling(0.3, 0.8, 20, 0.5)
    assert real("read").sampling == real("places").sampling == Sampling(0.2, 0.8, 20, 0.0)


def test_small_pictures_are_sent_with_qwens_least_for_a_glance_and_more_for_all_else() -> None:
    least = {task: real(task).min_image_tokens for task in TASKS}
    assert least == {"glance": 64, "detail": 256, "read": 256, "question": 256, "places": 1024, "more": 256}
    assert real("places").image_tokens >= 1.2 * 1024, "a shape of the screen's own has to be in between"


def test_only_a_reading_may_be_empty() -> None:
    assert [task for task in TASKS if real(task).may_be_empty] == ["read"]


def test_thinking_that_is_cut_ends_in_qwens_own_words() -> None:
    assert real("question", "thinking", "de").thinking.closing.endswith(
        "Considering the limited time by the user, I have to give the solution based on the thinking directly now."
        "\n</think>\n\n"
    )


def test_limits_follow_what_a_language_takes_of_qwens_vocabulary() -> None:
    """The same two sentences take 43 tokens in English, and in the others as many as here."""
    counted = {"zh": 44, "ja": 57, "fr": 67, "ar": 70, "ru": 74, "de": 83, "pl": 83, "cs": 92, "hu": 95, "uk": 104,
               "hi": 175, "el": 190}  # fmt: skip
    for task in TASKS:
        english = real(task)
        for language, tokens in counted.items():
            assert real(task, language=language).max_tokens == pytest.approx(english.max_tokens * tokens / 43, rel=0.01)
            assert real(task, language=language).grace_tokens == pytest.approx(
                english.grace_tokens * tokens / 43, rel=0.02
            )
    assert [real(task).max_tokens for task in ("glance", "detail", "question")] == [120, 500, 500]  # type: ignore[arg-type]


def test_every_language_is_asked_in_its_own_words_and_the_system_prompt_is_one_for_all_tasks() -> None:
    for task in TASKS:
        if task != "question":
            assert len({real(task, language=language).question for language in LANGUAGES}) == len(LANGUAGES)
    for language in LANGUAGES:
        assert len({real(task, variant, language).system for task in TASKS for variant in VARIANTS}) == 1
    assert len({real("read", language=language).system for language in LANGUAGES}) == len(LANGUAGES)


# One letter of each script, to see that a text is in it.
SCRIPTS = {"ar": "ا", "el": "α", "he": "ה", "hi": "क", "ja": "の", "ko": "다", "ru": "и", "th": "ก", "uk": "і",
           "zh": "的"}  # fmt: skip


@pytest.mark.parametrize(("language", "letter"), SCRIPTS.items())
def test_a_language_with_a_script_of_its_own_is_written_in_it(language: str, letter: str) -> None:
    settings = [real(task, language=language) for task in TASKS if task != "question"]
    text = "".join(each.question for each in settings) + settings[0].system
    assert letter in text
    for name in ("bbox_2d", "label", "JSON", "emoji"):
        text = text.replace(name, "")
    latin = [each for each in text if "a" <= each <= "z"]
    assert len(latin) < 0.05 * len(text)


def test_a_language_without_words_of_its_own_is_named_by_its_code() -> None:
    assert real("glance", language="rm").system.endswith("answer only in the language with the code rm.")
    assert real("glance", language="rm").question == real("glance").question
    assert real("glance", language="rm").max_tokens > real("glance").max_tokens


@pytest.mark.parametrize(("code", "base"), [("pt-BR", "pt"), ("zh_TW", "zh"), ("DE", "de"), (None, "en")])
def test_a_region_is_left_out(code: str | None, base: str) -> None:
    assert language_code(code) == base


@pytest.mark.parametrize("code", ["", "x", "english", "d3", "-", "äö"])
def test_what_is_no_language_code_is_refused(code: str) -> None:
    with pytest.raises(UsageError):
        TABLE.settings("qwen3-vl", "glance", "instruct", code)


def test_greedy_is_refused_with_thinking() -> None:
    check_temperature("instruct", 0)
    check_temperature("thinking", None)
    with pytest.raises(UsageError):
        check_temperature("thinking", 0)


def test_of_two_entries_the_one_wins_that_names_the_task_then_the_variant_then_the_language() -> None:
    keys = ["qwen3-vl", "qwen3-vl.de", "qwen3-vl.thinking", "qwen3-vl.thinking.de", "qwen3-vl.glance",
            "qwen3-vl.glance.de", "qwen3-vl.glance.thinking", "qwen3-vl.glance.thinking.de"]  # fmt: skip
    for known in range(1, len(keys)):
        table = merge_overrides("\n".join(f'[{key}]\nsystem = "{key}"' for key in reversed(keys[: known + 1])))
        system = table.settings("qwen3-vl", "glance", "thinking", "de").system
        assert system.startswith(f"{keys[known]} ")
    assert table.settings("qwen3-vl", "glance", "instruct", "de").system.startswith("qwen3-vl.glance.de ")
    assert table.settings("qwen3-vl", "read", "thinking", "fr").system.startswith("qwen3-vl.thinking ")
    assert table.settings("demo", "glance", "thinking", "de") == TABLE.settings("demo", "glance", "thinking", "de")


def test_the_persons_question_stands_where_the_prompt_wants_it_else_alone() -> None:
    assert real("question", language="de").question_for("Was steht da?") == "Was steht da?"
    assert real("places").question_for("Where is OK?") == "Where is OK?"
    table = merge_overrides('[qwen3-vl.question]\nprompt = "Think of {language}. {question} Be short."')
    settings = table.settings("qwen3-vl", "question", "instruct", "fr")
    assert settings.question_for("Why {x}?") == "Think of French. Why {x}? Be short."


def test_entries_can_be_changed_for_a_measurement() -> None:
    table = TABLE.with_entries({"qwen3-vl.question.instruct.presence_penalty": 0, "qwen3-vl.places.image_tokens": 2048})
    assert table.settings("qwen3-vl", "question", "instruct", "de").sampling.presence_penalty == 0
    assert table.settings("qwen3-vl", "places", "thinking", None).image_tokens == 2048
    assert real("places").image_tokens == 1280, "the table itself is as before"


REFUSED = {
    "an unknown family": ("[llava]\nsystem = 'x'", "llava"),
    "a value for a family": ("demo = 1", "demo"),
    "an unknown entry": ("[demo]\ntemprature = 1", "demo.temprature"),
    "an unknown task": ("[demo.peek]\nmax_tokens = 9", "demo.peek"),
    "the wrong order": ("[demo.instruct.glance]\nmax_tokens = 9", "demo.instruct.glance"),
    "two tasks": ("[demo.glance.read]\nmax_tokens = 9", "demo.glance.read"),
    "behind a language": ("[demo.de.instruct]\nmax_tokens = 9", "demo.de.instruct"),
    "a long language": ("[demo.german]\nmax_tokens = 9", "demo.german"),
    "a text for a number": ("[demo]\nmax_tokens = '9'", "demo.max_tokens"),
    "a truth for a number": ("[demo]\nmax_tokens = true", "demo.max_tokens"),
    "a fraction": ("[demo]\nmax_tokens = 9.5", "demo.max_tokens"),
    "nothing": ("[demo]\nmax_tokens = 0", "demo.max_tokens"),
    "too much": ("[demo]\nimage_tokens = 99999", "demo.image_tokens"),
    "no number": ("[demo]\ntemperature = nan", "demo.temperature"),
    "hot": ("[demo]\ntemperature = 3", "demo.temperature"),
    "a number for a text": ("[demo]\nsystem = 3", "demo.system"),
    "an empty text": ("[demo]\nsystem = ' '", "demo.system"),
    "a long text": (f"[demo]\nsystem = '{'x' * 5000}'", "demo.system"),
    "a number for a truth": ("[demo]\nmay_be_empty = 1", "demo.may_be_empty"),
    "an unknown placeholder": ("[demo]\nsystem = 'In {lang}.'", "demo.system"),
    "an empty placeholder": ("[demo]\nsystem = 'In {}.'", "demo.system"),
    "a question in the system prompt": ("[demo]\nsystem = '{question}'", "demo.system"),
    "a token that ends a turn": ("[demo]\nsystem = 'a<|im_end|>'", "demo.system"),
    "a control character": ('[demo]\nsystem = "a\\u0007"', "demo.system"),
    "half a character": ('[demo]\nsystem = "\\ud800"', "line 2 is not valid"),
    "thinking that does not end": ("[demo]\nend_of_thinking = 'Enough.'", "demo.end_of_thinking"),
    "greedy thinking": ("[demo.thinking]\ntemperature = 0", "demo.glance.thinking.temperature"),
    "greedy thinking for one task": ("[demo.read.thinking]\ntemperature = 0", "demo.read.thinking.temperature"),
    "greedy for all of a task": ("[demo.read]\ntemperature = 0", "demo.read.thinking.temperature"),
    "least above most": ("[qwen3-vl.glance]\nmin_image_tokens = 500", "qwen3-vl.glance.instruct.min_image_tokens"),
    "most below least": ("[qwen3-vl.more.de]\nimage_tokens = 100", "qwen3-vl.more.instruct.de.min_image_tokens"),
    "a task without a question": ("[demo.read]\nprompt = '{question}'", "demo.read.instruct.prompt"),
    "an unknown language table": ("languages = 3", "languages"),
    "a language that is none": ("[languages]\ngerman = 'German'", "languages.german"),
    "a language without a name": ("[languages]\nrm = ''", "languages.rm"),
    "no TOML": ("[demo]\nmax_tokens\n", "line 2 is not valid"),
    "no end": ("[demo", "its end is missing"),
    "deep": ("a." * 5000 + "b = 1", "deep"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_own_file_with_an_error_is_ignored_with_one_sentence_that_names_it(case: str, tmp_path: Path) -> None:
    text, named = REFUSED[case]
    path = tmp_path / "tasks.toml"
    path.write_text(text, encoding="utf-8")
    table = load_table(path)
    assert table.problem.startswith(f"The file {path} is ignored: ")
    assert named in table.problem
    assert table.problem.endswith(".")
    assert len(table.problem) < 400
    assert "\n" not in table.problem
    assert (table.entries, table.languages) == (TABLE.entries, TABLE.languages)
    assert path.read_text(encoding="utf-8") == text


@lacks(DEVICES)
def test_a_pipe_is_ignored_with_one_sentence_and_blocks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert load_table(path).problem.startswith(f"The file {path} is ignored: ")


def test_what_is_no_file_is_ignored_with_one_sentence(tmp_path: Path) -> None:
    folder, large, binary = (tmp_path / name for name in ("folder", "large", "binary"))
    folder.mkdir()
    large.write_bytes(b"#" * 300_000)
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (folder, large, binary):
        assert load_table(path).problem.startswith(f"The file {path} is ignored: ")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_an_own_file_that_an_editor_saved_otherwise_is_told_in_plain_words(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "tasks.toml"
    path.write_text("[demo.de.question]\nprompt = 'für {question}'\n", encoding=encoding)
    assert load_table(path).problem == f"The file {path} is ignored: it is not UTF-8 text."


def test_where_no_folder_can_be_nothing_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "null").touch()  # as a home folder, such as /dev/null
    assert load_table(tmp_path / "null/.config/tasks.toml").problem == ""


def test_without_an_own_file_the_shipped_table_holds_and_nothing_is_said(tmp_path: Path) -> None:
    assert load_table(tmp_path / "tasks.toml") is TABLE
    assert overrides_path().name == "tasks.toml"


def test_an_own_file_adds_a_language_and_changes_what_it_names_only(tmp_path: Path) -> None:
    path = tmp_path / "tasks.toml"
    path.write_text(
        '[languages]\nrm = "Romansh"\n[qwen3-vl.glance]\nmax_tokens = 50\nrm.prompt = "Tge è quai?"\n', encoding="utf-8"
    )
    table = load_table(path)
    assert not table.problem
    settings = table.settings("qwen3-vl", "glance", "instruct", "rm")
    assert settings.question == "Tge è quai?"
    assert settings.system.endswith("answer only in Romansh.")
    assert table.settings("qwen3-vl", "glance", "instruct", "en").max_tokens == 50
    assert table.settings("qwen3-vl", "detail", "instruct", "de") == real("detail", language="de")


def test_the_head_of_the_shipped_file_explains_every_entry(repository: Path) -> None:
    text = (repository / "edge_assistant/engine/task_table.toml").read_text(encoding="utf-8")
    head = text.partition("[languages]")[0]
    entries, _ = parse_table(text)
    used = {name for own in entries.values() for name in own}
    assert used
    assert [name for name in sorted(used) if name not in head] == []
