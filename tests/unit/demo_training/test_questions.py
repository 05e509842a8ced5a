"""Questions and how answers are judged: the truth is right, and everything else is wrong."""

from __future__ import annotations

import itertools
import json
import random
import re
from dataclasses import replace

import pytest
from demo_training.judging import holds, overlap, right
from demo_training.phrases import UNSEEN_QUESTIONS, UNSEEN_SYSTEMS, phrase, system_prompt, unseen_phrase
from demo_training.questions import Question, questions
from demo_training.scenes import FAMILIES, Scene, make_scene

SCENES = [make_scene(seed, family=FAMILIES[seed % len(FAMILIES)]) for seed in range(160)]


def asked(scene: Scene) -> list[Question]:
    return questions(scene, random.Random(scene.seed), "thinking")


def of(family: str) -> list[Scene]:
    return [scene for scene in SCENES if scene.family == family]


def first(scene: Scene, kind: str) -> Question:
    return next(question for question in asked(scene) if question.kind == kind)


def test_every_true_answer_is_right() -> None:
    for scene in SCENES:
        for question in asked(scene):
            assert right(question, question.answer), question


def test_no_string_of_absent_is_in_the_true_answer_even_as_part_of_a_word() -> None:
    for scene in SCENES:
        for question in asked(scene):
            assert not [word for word in question.absent if word.lower() in question.answer.lower()], question


def test_the_answer_to_another_scene_is_wrong() -> None:
    wrong = total = 0
    for family in ("dialog", "notification", "text", "menu", "shapes"):
        scenes = of(family)
        for one, other in itertools.pairwise(scenes):
            total += 1
            wrong += not right(asked(one)[0], asked(other)[0].answer)
    assert wrong == total


def test_one_wrong_word_makes_an_answer_wrong() -> None:
    scene = next(scene for scene in of("dialog") if first(scene, "describe").kind == "describe")
    question = first(scene, "describe")
    assert not right(question, question.answer.replace("titled", "called"))
    label = scene.truth["buttons"][0][0]
    assert not right(question, question.answer.replace(label, "Weather"))
    assert not right(question, question.answer + " Cancel? Retry? Send?")


def test_a_wrong_number_is_wrong_and_numbers_count_as_digits() -> None:
    question = first(of("apples")[0], "count")
    number = int(question.facts[0].split()[0])
    assert right(question, f"THERE ARE {number} apples!")
    assert not right(question, f"There are {number + 1} apples.")
    assert not right(question, f"There are {number} apples, or {number + 1}.")


def test_a_place_counts_from_half_overlap_on() -> None:
    box = (100, 100, 200, 200)
    place = replace(first(of("dialog")[0], "where"), box=box)
    assert right(place, '{"bbox_2d":[100,100,200,200],"label":"Save"}')
    assert right(place, '```json\n[{"bbox_2d": [100, 100, 200, 151], "label": "Save"}]\n```')
    assert not right(place, '{"bbox_2d":[100,100,200,149],"label":"Save"}')
    assert not right(place, "It is on the left.")


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (20, 20, 30, 30)) == 0
    assert overlap((5, 5, 5, 5), (5, 5, 5, 5)) == 0


def test_facts_are_whole_words() -> None:
    assert holds("Buttons: Cancel, on the LEFT.", "cancel on the left")
    assert not holds("Nothing to save", "no")
    assert not holds("12 apples", "2 apples")


def test_where_is_answered_as_the_large_weights_do() -> None:
    told = [question for scene in of("dialog") for question in asked(scene) if question.box]
    assert told
    for question in told:
        entry = json.loads(question.answer)
        assert tuple(entry["bbox_2d"]) == question.box
        assert entry["label"] in question.ask


def test_what_is_not_there_is_asked_for_too() -> None:
    for scene in SCENES:
        question = asked(scene)[-1]
        assert question.answer.startswith("There is no ")
        assert question.box is None


def test_words_that_cannot_be_read_are_said_to_be_so() -> None:
    told = [question for scene in SCENES for question in asked(scene) if question.kind == "unreadable"]
    assert {"(unreadable)" in question.answer for question in told} == {True, False}
    assert any("too small to read" in question.answer for question in told)


def test_unseen_phrasings_and_prompts_are_never_trained() -> None:
    rng = random.Random(1)
    trained = {phrase(rng, kind, "apples") for kind in UNSEEN_QUESTIONS for _ in range(4000)}
    unseen = {unseen_phrase(rng, kind, "apples") for kind in UNSEEN_QUESTIONS for _ in range(50)}
    assert not {text.lower().rstrip("?.!") for text in trained} & {text.lower().rstrip("?.!") for text in unseen}
    prompts = {system_prompt(rng) for _ in range(200)} | {system_prompt(rng, sentences=3) for _ in range(200)}
    assert not prompts & set(UNSEEN_SYSTEMS)
    assert len(UNSEEN_SYSTEMS) == 3


def test_thinking_counts_row_by_row() -> None:
    scene = of("apples")[0]
    question = next(
        question for question in asked(scene) if "red apples" in question.facts[0] or "red apple" in question.facts[0]
    )
    numbers = [row[0] for row in scene.truth["rows"]]
    assert question.reasoning.endswith(f"{numbers[0]} + {numbers[1]} + {numbers[2]} = {sum(numbers)}.")


def test_where_an_apple_is_said_to_be_there_is_an_apple_of_its_colour() -> None:
    for scene in of("apples"):
        width, height = scene.image.size
        for question in (each for each in asked(scene) if each.kind == "count"):
            listed = [question.reasoning[look.start : look.end].split() for look in question.looks]
            assert len(listed) == int(question.facts[0].split()[0])
            for (_, colour), look in zip(listed, question.looks, strict=True):
                left, top, right_, bottom = look.box
                middle = ((left + right_) * width // 2000, (top + bottom) * height // 2000)
                red, green, _blue = scene.image.getpixel(middle)  # type: ignore[misc]
                assert (red > green) == (colour == "red"), (scene.seed, question.ask)


def test_a_place_is_looked_at_while_the_whole_answer_is_written() -> None:
    places = [question for scene in SCENES for question in asked(scene) if question.box is not None]
    assert places
    for question in places:
        assert [(look.part, look.start, look.end, look.box) for look in question.looks] == [
            ("answer", 0, len(question.answer), question.box)
        ]


def test_what_is_not_there_is_looked_for_nowhere() -> None:
    denials = [question for scene in SCENES for question in asked(scene) if question.answer.startswith("There is no ")]
    denials = [question for question in denials if question.kind == "where"]
    assert len(denials) == len(SCENES)
    for question in denials:
        assert [(look.start, look.end, look.box) for look in question.looks] == [(0, len(question.answer), None)]


def test_what_is_asked_for_is_named_in_the_question() -> None:
    for scene in SCENES:
        for question in asked(scene):
            if question.kind != "where":
                assert not question.thing
            elif question.box is not None:
                assert question.thing == json.loads(question.answer)["label"]
                assert f"the {question.thing}" in question.ask
            else:
                kind = question.answer.removeprefix(f"There is no {question.thing}").removesuffix(".")
                assert kind in ("", " button", " entry")
                assert f"the {question.thing}{kind}" in question.ask


def test_each_word_that_is_read_is_looked_at_where_it_stands() -> None:
    seen = 0
    for scene in SCENES:
        if scene.family not in ("dialog", "text", "menu", "notification", "shapes"):
            continue
        width, height = scene.image.size
        for question in asked(scene)[:2]:
            looks = [look for look in question.looks if look.part == "answer"]
            assert all(first.end <= second.start for first, second in itertools.pairwise(looks))
            for look in looks:
                word = re.sub(r" (in|on) the \w+$", "", question.answer[look.start : look.end])
                names = {word, "?"} if word == "(unreadable)" else {word}
                marks = [mark for mark in scene.marks if mark.name in names]
                places = [
                    tuple(int(1000 * value / side) for value, side in zip(mark.box, (width, height) * 2, strict=True))
                    for mark in marks
                ]
                assert look.box in places, (scene.seed, word)
                seen += 1
    assert seen > 500


def test_while_the_slot_of_a_button_is_told_the_button_is_looked_at() -> None:
    for scene in of("dialog"):
        question = asked(scene)[0]
        told = [question.answer[look.start : look.end] for look in question.looks if look.part == "answer"]
        answered = [look.box for look in question.looks if look.part == "answer"][-len(scene.truth["buttons"]) :]
        thought = [look for look in question.looks if look.part == "reasoning"]
        slots = [question.reasoning[look.start : look.end] for look in thought]
        assert slots == [("left", "center", "right")[slot] for _, slot in scene.truth["buttons"]]
        assert [words.split()[-1] for words in told[-len(slots) :]] == slots
        assert [look.box for look in thought] == answered
        assert [box[0] for box in answered] == sorted(box[0] for box in answered), "from left to right"
