"""The screens as they are drawn: their truth is checked against their pictures."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest
from PIL import Image, ImageColor

from edge_assistant.drawn_screens.drawing import draw_screen, draw_screens
from edge_assistant.drawn_screens.phrases import LANGUAGES, phrases
from edge_assistant.drawn_screens.qt.scenes import COLOURS
from edge_assistant.drawn_screens.truth import KINDS, PHOTOGRAPHS, READING_KINDS, Box, DrawnScreen, SkippedLanguage
from edge_assistant.imaging.blank import is_blank
from edge_assistant.system.errors import InputError

SEEN = 30
"""Levels by which something differs from its ground that is easily seen."""
NOT_TEXT = ("counting", "unreadable", "blank")


@pytest.fixture(scope="module")
def drawn() -> tuple[list[DrawnScreen], list[SkippedLanguage]]:
    """One screen of each kind in each language, and four more in English."""
    skipped: list[SkippedLanguage] = []
    screens = list(draw_screens(seed=1, languages=LANGUAGES, on_skip=skipped.append))
    return [*screens, *draw_screens(seed=2, count=4)], skipped


@pytest.fixture(scope="module")
def screens(drawn: tuple[list[DrawnScreen], list[SkippedLanguage]]) -> list[DrawnScreen]:
    return drawn[0]


def test_every_kind_is_drawn_in_every_language_that_has_letters_here(
    drawn: tuple[list[DrawnScreen], list[SkippedLanguage]],
) -> None:
    screens, skipped = drawn
    without = {each.language for each in skipped}
    assert len(without) == len(skipped), "each is told once"
    assert not without & {"en", "de", "fr", "es", "pl", "ru", "el", "ar"}, "every desktop has these letters"
    count = Counter((screen.kind, screen.language) for screen in screens)
    assert count == {
        (kind, language): 5 if language == "en" else 1
        for kind in KINDS
        for language in LANGUAGES
        if language not in without
    }


def test_looks_differ(screens: list[DrawnScreen]) -> None:
    assert {screen.style for screen in screens} == {"Fusion", "Windows"}
    assert {screen.dark for screen in screens} == {True, False}
    assert {screen.scale for screen in screens} == {1.0, 1.5, 2.0}
    assert len({screen.image.size for screen in screens}) > 8
    assert {screen.points for screen in screens} >= set(range(8, 19))
    assert all(screen.image.width <= 1920 and screen.image.height <= 1080 for screen in screens)
    assert all(screen.image.mode == "RGB" for screen in screens)
    assert not any(screen.dark for screen in screens if screen.kind in PHOTOGRAPHS)


def test_every_text_is_in_its_box(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        boxes = [each.box for each in screen.truth.texts]
        if screen.kind not in NOT_TEXT:
            assert len(boxes) > 1, screen.name
        for text in screen.truth.texts:
            assert inside(text.box, screen.image.size), (screen.name, text)
            assert contrast(screen.image, text.box) > SEEN, (screen.name, text)


def test_no_text_is_drawn_over_another(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        if screen.kind in PHOTOGRAPHS:
            continue  # boxes around boxes that are turned overlap
        texts = screen.truth.texts
        for number, one in enumerate(texts):
            for other in texts[number + 1 :]:
                across = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
                down = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
                line = min(one.box[3] - one.box[1], other.box[3] - other.box[1])
                assert across <= 2 or down <= line / 2, (screen.name, one, other)


def test_the_words_of_every_text_are_known(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        for text in screen.truth.texts:
            if screen.language != "ar":
                words = [word.text for line in text.lines for word in line.words]
                assert words == text.text.split() or "".join(words) == text.text, (screen.name, text)
            for line in text.lines:
                assert line.text.split() == [word.text for word in line.words]


def test_words_are_as_wide_as_what_is_seen(screens: list[DrawnScreen]) -> None:
    """Nothing is seen between two words, and something is at both edges of a word."""
    seen = 0
    for screen in screens:
        if screen.kind in PHOTOGRAPHS or screen.language == "ar":
            continue
        for line in screen.truth.lines:
            height = line.box[3] - line.box[1]
            edge = max(3, height // 3)
            for word in line.words:
                left, top, right, bottom = word.box
                if right - left < 3 * edge or not word.text.isalpha():
                    continue
                seen += 1
                assert contrast(screen.image, (left - 1, top, left + edge, bottom)) > SEEN, (screen.name, word)
                assert contrast(screen.image, (right - edge, top, right + 1, bottom)) > SEEN, (screen.name, word)
            for one, other in itertools.pairwise(line.words):
                middle = (one.box[2] + other.box[0]) // 2  # an f reaches over the edges
                if line.text.isascii() and other.box[0] - one.box[2] > 3:
                    gap = middle, line.box[1] + height // 4, middle + 1, line.box[3] - height // 4
                    assert contrast(screen.image, gap) <= 2 * SEEN, (screen.name, one, other)
    assert seen > 1000


def test_cells_of_tables_are_known(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        cells = [each.cell for each in screen.truth.texts if each.role in ("header", "cell")]
        assert bool(cells) == (screen.kind == "table")
        assert len(set(cells)) == len(cells)
        assert None not in cells
        assert not any(each.cell for each in screen.truth.texts if each.role not in ("header", "cell"))


def test_a_scale_can_be_asked_for() -> None:
    for scale in (1.25, 2):
        screen = draw_screen("dialog", scale=scale)
        assert screen.scale == scale
        letters = screen.truth.lines[0].words[0].box
        assert letters[3] - letters[1] > scale * screen.points * 96 / 72


def test_pages_that_are_hard_to_read_are_drawn_too() -> None:
    screens = list(draw_screens(READING_KINDS, languages=("de",)))
    assert [screen.kind for screen in screens] == list(READING_KINDS)
    for screen in screens:
        assert len(screen.truth.lines) > 8
        assert all(text.lines for text in screen.truth.texts)


def test_a_screen_in_a_language_without_phrases_is_refused() -> None:
    with pytest.raises(InputError, match="language"):
        draw_screen("dialog", language="xx")


def test_what_is_true_is_shown_and_what_is_absent_is_not(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        truth = screen.truth
        shown = truth.reading.casefold()
        if screen.kind in NOT_TEXT:
            assert not truth.texts
            assert not truth.key_facts
        else:
            assert truth.key_facts, screen.name
        assert truth.title.casefold() in shown
        for fact in truth.key_facts:
            assert any(each.casefold() in shown for each in fact), (screen.name, fact)
        for each in truth.absent:
            assert each.casefold() not in shown, (screen.name, each)
        for number in truth.numbers:
            assert len(number) == 12
            assert number in shown.replace(" ", ""), screen.name
        json.dumps(screen.as_json())


def test_questions_have_answers_that_are_shown(screens: list[DrawnScreen]) -> None:
    asked: Counter[str] = Counter()
    for screen in screens:
        shown = screen.truth.reading.casefold()
        words = phrases(screen.language)
        for question in screen.truth.questions:
            asked[question.about] += 1
            assert "{" not in question.ask
            if question.about == "place":
                assert question.box in screen.truth.places.values()
                continue
            assert question.facts, (screen.name, question)
            for fact in question.facts:
                if question.about in ("text", "number"):
                    assert any(each.casefold() in shown for each in fact), (screen.name, question)
                elif question.about == "count":
                    assert int(fact[0]) in screen.truth.counts.values() or screen.kind == "mail", (
                        screen.name,
                        question,
                    )
                elif question.about == "absent":
                    assert fact == words.no
    assert set(asked) == {"text", "number", "count", "state", "place", "absent"}
    assert min(asked.values()) > 10


def test_places_are_where_something_is(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        for label, box in screen.truth.places.items():
            assert inside(box, screen.image.size), (screen.name, label)
            # Where a field is empty, at least its frame is seen.
            assert contrast(screen.image, grown(box, 2)) > 8, (screen.name, label)


def test_states_are_of_what_is_shown(screens: list[DrawnScreen]) -> None:
    seen: Counter[str] = Counter()
    for screen in screens:
        for label, states in screen.truth.states.items():
            seen.update(states)
            for part in label.split(", "):
                assert part.casefold() in screen.truth.reading.casefold(), (screen.name, label)
    assert set(seen) >= {
        "ticked",
        "not ticked",
        "selected",
        "not selected",
        "greyed",
        "default",
        "unread",
        "empty",
    }


def test_a_tick_box_is_seen_beside_its_text_and_a_tick_in_it(screens: list[DrawnScreen]) -> None:
    """Also in the dark, a box without a tick is seen; in its middle is one colour, but where a tick is."""
    compared: Counter[str] = Counter()
    for screen in screens:
        texts = {each.text: each.box for each in screen.truth.texts if each.role == "option"}
        for label, states in screen.truth.states.items():
            if label not in texts or states[0] not in ("ticked", "not ticked"):
                continue
            place, text = screen.truth.places[label], texts[label]
            right = screen.language == "ar"
            sign = (text[2] if right else place[0], place[1], place[2] if right else text[0], place[3])
            assert contrast(screen.image, sign) > 15, (screen.name, label)
            middle = int(6.5 * screen.scale)
            x, y = place[2] - middle if right else place[0] + middle, (place[1] + place[3]) // 2
            half = int(2.5 * screen.scale)
            seen = contrast(screen.image, (x - half, y - half, x + half, y + half))
            assert seen > SEEN if states[0] == "ticked" else seen < 8, (screen.name, label, states, seen)
            compared[states[0]] += 1
    assert min(compared.values()) > 10


def test_shapes_are_as_many_as_the_truth_says(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        if screen.kind == "counting":
            found = sorted(components(screen.image))
            assert found == sorted(screen.truth.counts.values()), screen.name
            assert all(2 <= each <= 12 for each in found)
            assert len(screen.truth.questions) == len(found)


def test_bars_are_as_high_as_their_values(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        if screen.kind != "chart":
            continue
        values = [int(each.text) for each in screen.truth.texts if each.role == "value"]
        names = [each.text for each in screen.truth.texts if each.role == "label"][-len(values) :]
        heights = [bar_height(screen.image, screen.truth.places[name]) for name in names]
        for value, height in zip(values, heights, strict=True):
            assert height / value == pytest.approx(heights[0] / values[0], rel=0.05), screen.name


def test_blank_screens_are_blank_and_no_others(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        assert screen.truth.blank == (screen.kind == "blank")
        assert is_blank(screen.image) == screen.truth.blank, screen.name
        if screen.truth.blank:
            assert len(screen.image.getcolors() or ()) == 1


def test_unreadable_text_is_not_there_for_anybody(screens: list[DrawnScreen]) -> None:
    for screen in screens:
        assert screen.truth.readable == (screen.kind != "unreadable")
        if not screen.truth.readable:
            assert (screen.truth.title, screen.truth.texts, screen.truth.key_facts) == ("", (), ())
            # There is no detail of the size of strokes in it: it is in large squares, or loses nothing by half.
            assert rows_of_squares(screen.image) or loss(screen.image) < 5, screen.name
    pages = [loss(screen.image) for screen in screens if screen.kind == "page" and screen.points * screen.scale < 16]
    assert min(pages) > 20
    assert not any(rows_of_squares(screen.image) for screen in screens if screen.kind == "page")


def test_the_same_seed_gives_the_same_screens_and_another_one_others(screens: list[DrawnScreen]) -> None:
    again = list(draw_screens(seed=1, languages=("ar", "en")))
    before = {screen.name: screen for screen in reversed(screens)}  # those of seed 1 come first, and so stay
    assert {each.name: digest(each) for each in again} == {each.name: digest(before[each.name]) for each in again}
    others = list(draw_screens(("dialog", "numbers", "receipt"), seed=3))
    assert not {digest(each) for each in others} & {digest(each) for each in again}
    assert not {each.truth.reading for each in others} & {each.truth.reading for each in again}


def test_what_is_drawn_depends_on_nothing_that_is_drawn_before(screens: list[DrawnScreen]) -> None:
    alone = next(draw_screens(("settings",), seed=2))
    assert digest(alone) == digest(next(each for each in screens[-4 * len(KINDS) :] if each.name == alone.name))


def digest(screen: DrawnScreen) -> str:
    """Everything of a screen, pixels included."""
    return hashlib.sha256(screen.image.tobytes() + json.dumps(screen.as_json()).encode()).hexdigest()


def inside(box: Box, size: tuple[int, int]) -> bool:
    return 0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]


def grown(box: Box, by: int) -> Box:
    return max(0, box[0] - by), max(0, box[1] - by), box[2] + by, box[3] + by


def contrast(image: Image.Image, box: Box) -> int:
    """The most that one colour band differs in a box."""
    extrema: Iterable[tuple[int, int]] = image.crop(box).getextrema()  # type: ignore[assignment]
    return max(high - low for low, high in extrema)


def components(image: Image.Image) -> list[int]:
    """How many connected areas there are of each strong colour, but the ground's."""
    small = image.resize((image.width // 4, image.height // 4), Image.Resampling.NEAREST)
    width, height = small.size
    colours = [small.getpixel((at % width, at // width)) for at in range(width * height)]
    strong = {ImageColor.getrgb(each) for each in COLOURS}
    others = [colour for colour in set(colours) if colour in strong]
    found = []
    for colour in others:
        left = {at for at, each in enumerate(colours) if each == colour}
        count = 0
        while left:
            count += 1
            stack = [left.pop()]
            while stack:
                at = stack.pop()
                for near in neighbours(at, width):
                    if near in left:
                        left.remove(near)
                        stack.append(near)
        found.append(count)
    return found


def neighbours(at: int, width: int) -> Sequence[int]:
    return [at + across + down * width for across in (-1, 0, 1) for down in (-1, 0, 1)]


def bar_height(image: Image.Image, box: Box) -> int:
    """How many pixels high the bar's colour stands above its foot, in the middle of its box."""
    middle = (box[0] + box[2]) // 2
    column = [image.getpixel((middle, y)) for y in range(box[1], box[3])]
    colour, count = Counter(column).most_common(1)[0]
    assert colour
    return count


def rows_of_squares(image: Image.Image) -> bool:
    """Whether at least five rows of pixels on end are equal everywhere."""
    rows = [image.crop((0, y, image.width, y + 1)).tobytes() for y in range(image.height)]
    changes = [y for y in range(1, len(rows)) if rows[y] != rows[y - 1]]
    return min(later - earlier for earlier, later in itertools.pairwise(changes)) >= 5


def loss(image: Image.Image) -> float:
    """How much the picture changes where it is reduced to half and enlarged again: mean of the most changed pixels."""
    grey = image.convert("L")
    half = grey.resize((image.width // 2, image.height // 2), Image.Resampling.BOX).resize(
        grey.size, Image.Resampling.BICUBIC
    )
    changes = sorted(
        (abs(one - other) for one, other in zip(grey.tobytes(), half.tobytes(), strict=True)), reverse=True
    )
    most = changes[: len(changes) // 50]
    return sum(most) / len(most)
