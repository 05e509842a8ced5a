"""Options that several commands have, each with its one name, short form and help."""

from __future__ import annotations

import argparse

from edge_assistant.cli.argument_types import language_code, temperature, whole
from edge_assistant.system.i18n import languages, tr, use_language

MAX_SEED = 2**32 - 2


def add_speak(parser: argparse.ArgumentParser, text: str = "") -> None:
    """Add --speak and --no-speak."""
    parser.add_argument("--speak", action=argparse.BooleanOptionalAction, help=text or tr("speak (default: yes)"))


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("-j", "--json", action="store_true", help=tr("one JSON object per line on standard output"))


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Add --no-progress; `progress` of what is parsed is False with it."""
    parser.add_argument(
        "--no-progress",
        dest="progress",
        action="store_false",
        help=tr("plain lines instead of a progress line that redraws itself"),
    )


def add_language(parser: argparse.ArgumentParser, text: str = "") -> None:
    """Add --language."""
    words = text or tr("language of answer and voice, such as de")
    parser.add_argument("-l", "--language", metavar=tr("CODE"), type=language_code, help=words)


def add_model(parser: argparse.ArgumentParser, text: str = "") -> None:
    """Add --model and --mmproj."""
    words = text or tr("model: a name from the catalogue, or a GGUF file")
    parser.add_argument("-m", "--model", metavar=tr("NAME|PATH"), help=words)
    parser.add_argument("--mmproj", metavar=tr("PATH"), help=tr("the vision file that belongs to the model file"))


def add_think(parser: argparse.ArgumentParser, text: str) -> None:
    """Add --think."""
    parser.add_argument("-t", "--think", action="store_true", help=text)


def add_sampling(parser: argparse._ActionsContainer, prefix: str = "") -> None:
    """Add --temperature and --seed; `prefix` is that of their destinations."""
    parser.add_argument(
        "--temperature",
        dest=f"{prefix}temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word; not with Thinking"),
    )
    parser.add_argument(
        "--seed",
        dest=f"{prefix}seed",
        metavar=tr("N"),
        type=whole(0, MAX_SEED),
        help=tr("makes answers repeatable (default: random)"),
    )


def use_language_of(parsed: argparse.Namespace) -> None:
    """Say the program's own sentences in the language of the answers too, so that one voice speaks all."""
    if parsed.language and parsed.language.split("-")[0] in languages():
        use_language(parsed.language)
