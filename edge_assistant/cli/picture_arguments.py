"""The arguments that say which picture is meant, and the options of a run that looks at it."""

from __future__ import annotations

import argparse
import glob
import sys
from typing import TYPE_CHECKING, Any

from edge_assistant.cli.argument_types import picture_name, rectangle, seconds, whole
from edge_assistant.cli.common_arguments import use_language_of
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

if TYPE_CHECKING:
    from edge_assistant.assistant.options import AnswerOptions
    from edge_assistant.capture.targets import Target
    from edge_assistant.cli.describe import DescribeOptions

_SOURCES = ("picture", "screen", "window", "region", "clipboard", "camera")
_WITH_DELAY = ("screen", "window", "region", "camera")


def add_sources(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the arguments that say which picture is meant; with `several`, more than one file may be given."""
    add = parser.add_argument
    if several:
        text = tr("the pictures, one after the other; - is standard input")
        add("picture", metavar=tr("FILE"), nargs="*", type=picture_name, help=text)
    else:
        add("picture", metavar=tr("FILE"), nargs="?", type=picture_name, help=tr("the picture; - is standard input"))
    add("-s", "--screen", metavar=tr("N"), nargs="?", const=0, type=whole(1, 99), help=tr("monitor N, or all as one"))
    add("-w", "--window", action="store_true", help=tr("the active window"))
    add(
        "--region",
        metavar=tr("LEFT,TOP,WIDTH,HEIGHT"),
        type=rectangle,
        help=tr("a part of the screen, in the desktop's units"),
    )
    add(
        "-c",
        "--clipboard",
        action="store_true",
        help=tr("the picture, or the copied picture file, in the clipboard"),
    )
    add(
        "--camera",
        metavar=tr("N"),
        nargs="?",
        const=0,
        type=whole(1, 99),
        help=tr("what camera N sees (see cameras)"),
    )
    add(
        "--delay", metavar=tr("SECONDS"), type=seconds, help=tr("count down aloud first, to switch windows (camera: 3)")
    )


def check_source(parsed: argparse.Namespace) -> None:
    """Require one source: files, or one of the options. Raises UsageError. An omitted N is 0, not None."""
    given = [name for name in _SOURCES if _is_given(getattr(parsed, name))]
    if not given:
        raise UsageError(
            tr("Nothing to look at. Give a picture file, or use --screen, --window, --region, --clipboard or --camera.")
        )
    if len(given) > 1:
        raise UsageError(
            tr("Only one picture at a time: a file, --screen, --window, --region, --clipboard or --camera.")
        )
    if parsed.delay is not None and given[0] not in _WITH_DELAY:
        raise UsageError(tr("A delay needs --screen, --window, --region or --camera."))


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value != []


def picture_files(parsed: argparse.Namespace, platform: str = sys.platform) -> tuple[str, ...]:
    """Return the names of the picture files. Windows' shells leave names such as *.png to the program."""
    names = [parsed.picture] if isinstance(parsed.picture, str) else list(parsed.picture or ())
    if platform != "win32":
        return tuple(names)
    return tuple(each for name in names for each in (sorted(glob.glob(name)) or [name]))  # noqa: PTH207 (also absolute)


def start_decoder(parsed: argparse.Namespace) -> None:
    """Start what opens picture files, where one is meant: beside all that a command imports and starts by itself."""
    if picture_files(parsed):
        from edge_assistant.capture.decoder import decoder

        decoder.warm()


def parse_sources(parsed: argparse.Namespace) -> tuple[str | Target, ...]:
    """Return the pictures that are meant: names of files, "-", or the one that is to be captured."""
    from edge_assistant.capture.geometry import Rect
    from edge_assistant.capture.targets import Target

    if files := picture_files(parsed):
        return files
    if parsed.screen is not None:
        return (Target("screen", parsed.screen or None, parsed.delay),)
    if parsed.camera is not None:
        return (Target("camera", parsed.camera or None, parsed.delay),)
    if parsed.region is not None:
        return (Target("region", None, parsed.delay, Rect(*parsed.region)),)
    return (Target("window" if parsed.window else "clipboard", None, parsed.delay),)


def describe_options(parsed: argparse.Namespace, answer_options: AnswerOptions, **others: Any) -> DescribeOptions:
    """Return the options of a run that looks at the pictures, as far as commands have them in common.

    `others` are further fields of DescribeOptions. From here on our own sentences are in the language of the answers.
    """
    from edge_assistant.cli.describe import DescribeOptions

    use_language_of(parsed)
    return DescribeOptions(
        pictures=parse_sources(parsed),
        answer_options=answer_options,
        language=parsed.language,
        speak=parsed.speak,
        **others,
    )
