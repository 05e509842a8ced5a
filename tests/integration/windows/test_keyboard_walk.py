"""First run, list of choices, settings and models on Windows, walked by keyboard: all is reached and has a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.on_windows import (
    CHOICES,
    WELCOME,
    Person,
    WindowsApp,
    needs_windows,
    press,
    wait_until_in_front,
    windows,
)
from support.waiting import until

pytestmark = needs_windows
_MOST_STOPS = 40


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Person:
    return Person(tmp_path_factory.mktemp("walk") / "Jürgen 文件")


@pytest.fixture(scope="module")
def app(person: Person) -> Iterator[WindowsApp]:
    """The app of somebody new: its first window is open."""
    with WindowsApp(person, "--no-speak", first_run=True) as running:
        yield running


def walk(app: WindowsApp, title: str) -> list[str]:
    """What is said of each thing that Tab comes to in the window in front, each once."""
    wait_until_in_front(title)
    until(lambda: app.ask("front") == title, f"the keyboard in {title}")
    until(lambda: not app.ask("focused").startswith("Checking"), "what is found out about this computer")
    stops = [app.ask("focused")]
    for _ in range(_MOST_STOPS):
        press("tab")
        until(lambda: app.ask("focused") != stops[-1], f"something behind {stops[-1]}")
        stops.append(app.ask("focused"))
        if stops[-1] in stops[:-1]:
            assert stops[-1] == stops[0], stops
            return stops[:-1]
    raise AssertionError(f"Tab does not come round: {stops}")


def is_shown(app: WindowsApp, title: str) -> bool:
    return title in [each.title for each in windows(app.process.pid)]


def check(stops: list[str], *wanted: str) -> None:
    """Each stop has a name and a kind, and these are among them."""
    assert len(set(stops)) == len(stops)
    assert not [stop for stop in stops if stop.count(",") < 1 and len(stop.split()) < 2], stops
    assert not [part for part in wanted if not any(part in stop for stop in stops)], stops


def test_the_first_run_is_walked_and_answered_by_keyboard(app: WindowsApp) -> None:
    check(
        walk(app, WELCOME),
        "Download",
        "Details of the download, button",
        "Use the demo model for now, button",
        "Not now, button",
    )
    # What is pressed while a window opens may be lost; the first Escape says the keys, the second closes.
    until(lambda: not is_shown(app, WELCOME), "the end of the first run", meanwhile=lambda: press("escape"))
    app.wait_until("ready")


def test_the_list_of_choices_is_walked_with_the_arrow_keys(app: WindowsApp) -> None:
    assert app.trigger("palette") == (0, "")
    wait_until_in_front(CHOICES)
    until(lambda: app.ask("front") == CHOICES, "the keyboard in the list")
    first = app.ask("focused")
    press("down")
    until(lambda: app.ask("focused") != first, "the next choice")
    press("up")
    until(lambda: app.ask("focused") == first, "the choice before")
    press("escape")
    until(lambda: not is_shown(app, CHOICES), "the end of the list")


@pytest.mark.parametrize(
    ("entry", "title", "wanted"),
    [
        ("Settings", "Edge Assistant settings", ("Categories", "Search", "OK, button", "Cancel, button")),
        ("Models", "Models", ("Other models, button", "Close, button")),
    ],
)
def test_settings_and_models_are_walked(app: WindowsApp, entry: str, title: str, wanted: tuple[str, ...]) -> None:
    app.choose(entry)
    check(walk(app, title), *wanted)
    press("escape")
    until(lambda: not is_shown(app, title), f"the end of {title}")
