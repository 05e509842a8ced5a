"""What the doctor finds out about one part of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.terminal import Style

State = Literal["works", "none", "not-tried", "fails"]
"""`none` is something that this computer merely lacks, which is no error; `not-tried`, what only its use would tell."""

_NAMES: dict[State, str] = {
    "works": tr_noop("works"),
    "none": tr_noop("none here"),
    "not-tried": tr_noop("not tried"),
    "fails": tr_noop("does not work"),
}
_STYLES: dict[State, Style] = {"works": "green", "none": "dim", "not-tried": "dim", "fails": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result for one part, and a sentence about it or about how to fix it. `part` is English, before `tr`."""

    part: str
    state: State
    sentence: str

    @property
    def works(self) -> bool:
        """Whether it was tried and works."""
        return self.state == "works"

    @property
    def id(self) -> str:
        """The part as programs know it, such as screen-capture."""
        return self.part.lower().replace(" ", "-")

    @property
    def line(self) -> str:
        """The finding as it is spoken and written down: part, state and sentence."""
        return f"{tr(self.part)}: {self.state_name}. {self.sentence}"

    @property
    def state_name(self) -> str:
        """The state in the person's language."""
        return tr(_NAMES[self.state])

    @property
    def style(self) -> Style:
        """How the state is shown on a terminal, beside its name."""
        return _STYLES[self.state]


class Absent(str):
    """A sentence about something that this computer merely lacks."""

    __slots__ = ()


def spoken_summary(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what is heard of many findings: what does not work with its sentence, which is heard once, of the others
    the names by state.
    """
    names: dict[State, list[str]] = {}
    failing: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.state == "fails":
            failing.setdefault(finding.sentence, []).append(finding)
        else:
            names.setdefault(finding.state, []).append(tr(finding.part))
    for first, *others in failing.values():
        same = tr("The same is true of: {names}.", names=", ".join(tr(each.part) for each in others))
        yield f"{first.line} {same}" if others else first.line
    titles: dict[State, str] = {
        "works": tr("These work"),
        "none": tr("This computer does not have"),
        "not-tried": tr("Not tried"),
    }
    for state, title in titles.items():
        if state in names:
            yield tr("{title}: {names}.", title=title, names=", ".join(names[state]))


def try_part(part: str, attempt: Callable[[], str]) -> Finding:
    """Try a part; return what `attempt` says about it, or its error."""
    try:
        sentence = attempt()
    except AssistantError as error:
        return Finding(part, "fails", str(error))
    return Finding(part, "none" if isinstance(sentence, Absent) else "works", sentence)
