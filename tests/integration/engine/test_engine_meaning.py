"""What the model says is what the picture shows: many screens through one engine, and changes that must be seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from edge_assistant.assistant import Assistant, Request
from edge_assistant.capture.picture import Captured
from edge_assistant.events import DoneEvent, Event
from edge_assistant.models.locate import resolve

SCENES = Path(__file__).resolve().parent.parent.parent / "data" / "scenes"
_LIST: list[dict[str, Any]] = json.loads((SCENES / "scenes.json").read_text(encoding="utf-8"))
_SUBSET = [
    *[scene for scene in _LIST if scene["family"] == "dialog"][:20],
    *[scene for scene in _LIST if scene["family"] == "banner"][:20],
]

Ask = Callable[[Image.Image, str], DoneEvent]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return []


@pytest.fixture(scope="module")
def assistant(events: list[Event]) -> Iterator[Assistant]:
    """One engine with the demo weights for all pictures."""
    weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    made = Assistant(
        weights, Request(seed=1), context=4096, threads=2, language=None, voice=None, on_event=events.append
    )
    yield made
    made.close()


@pytest.fixture
def ask(assistant: Assistant) -> Ask:
    """One question about one picture, in a conversation of its own."""

    def answer(image: Image.Image, question: str) -> DoneEvent:
        assistant.look_at(lambda: Captured(image.convert("RGB")))
        outcome = assistant.ask(0, question)
        assert isinstance(outcome, DoneEvent), outcome
        return outcome

    return answer


def scene_picture(name: str) -> Image.Image:
    with Image.open(SCENES / name) as image:
        return image.convert("RGB")


def is_right(answer: str, question: dict[str, Any]) -> bool:
    """All facts in order of the list, none of what is absent, as whole words."""

    def said(words: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", answer) is not None

    return all(map(said, question["facts"])) and not any(map(said, question["absent"]))


def test_the_checker_itself_tells_right_from_wrong() -> None:
    question = _SUBSET[0]["questions"][0]
    assert is_right(question["answer"], question)
    assert not is_right(_SUBSET[1]["questions"][0]["answer"], question)
    assert not is_right(question["answer"].replace("left", "right"), question)


@pytest.mark.parametrize("kind", ["describe", "read"])
def test_nine_of_ten_screens_are_told_right(kind: str, ask: Ask) -> None:
    wrong = []
    for scene in _SUBSET:
        question = next(each for each in scene["questions"] if each["kind"] == kind)
        answer = ask(scene_picture(scene["file"]), question["ask"]).answer
        if not is_right(answer, question):
            wrong.append(f"{scene['file']}: {answer!r} instead of {question['answer']!r}")
    print(f"{kind}: {len(_SUBSET) - len(wrong)} of {len(_SUBSET)}")
    assert len(wrong) <= len(_SUBSET) // 10, "\n".join(wrong)


def colours(answer: str) -> list[str]:
    """The colours an answer speaks of, from left to right."""
    assert re.fullmatch(r"\d+ \w+ apples? on the left and \d+ \w+ apples? on the right\.", answer), answer
    return re.findall(r"red|green", answer)


def test_swapping_red_and_green_changes_what_is_red_and_green(ask: Ask) -> None:
    image = scene_picture(next(each["file"] for each in _LIST if each["family"] == "apples"))
    red, green, blue = image.split()
    assert colours(ask(image, "Describe this screen.").answer) == ["red", "green"]
    assert colours(ask(Image.merge("RGB", (green, red, blue)), "Describe this screen.").answer) == ["green", "red"]


def test_mirroring_changes_left_and_right(ask: Ask) -> None:
    image = scene_picture(next(each["file"] for each in _LIST if each["family"] == "apples"))
    assert colours(ask(ImageOps.mirror(image), "Describe this screen.").answer) == ["green", "red"]


def test_another_picture_has_another_answer_and_the_same_one_the_same(ask: Ask) -> None:
    pictures = [scene_picture(scene["file"]) for scene in _SUBSET[:3]]
    answers = [ask(picture, "Describe this screen.").answer for picture in pictures]
    assert len(set(answers)) == 3
    again = [ask(picture, "Describe this screen.").answer for picture in pictures]
    assert again == answers


def test_the_same_pixels_again_are_not_looked_at_again(ask: Ask) -> None:
    picture = scene_picture(_SUBSET[0]["file"])
    ask(picture, "Describe this screen.")
    outcome = ask(picture.copy(), "Read the text.")
    assert outcome.reused is not None
    assert outcome.reused["image"] is True
    assert outcome.timings_s.encode == 0
    assert outcome.timings_s.load == 0


def test_the_engine_stays_the_same_process_over_all_questions(assistant: Assistant, ask: Ask) -> None:
    ask(scene_picture(_SUBSET[0]["file"]), "Describe this screen.")
    before = assistant.engine_pid
    ask(scene_picture(_SUBSET[1]["file"]), "Describe this screen.")
    assert assistant.engine_pid == before is not None
