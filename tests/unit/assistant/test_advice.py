"""When the first run is due: as long as nobody has answered it and no whole model is here."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.assistant.advice import finish_first_run, is_first_run
from edge_assistant.models.library import ModelLibrary


def library(folder: Path, *installed: str, shipped: bool = False) -> Any:
    """A library that knows one model of two files, of which some are installed."""
    model = SimpleNamespace(folder="demo" if shipped else None, model="model", mmprojs=("mmproj", "other mmproj"))
    made: Any = ModelLibrary(None)
    made.data = folder
    made.catalog = lambda: (model,)
    made.find = lambda _, entry: folder / entry if entry in installed else None
    return made


@pytest.mark.parametrize(
    ("installed", "due"),
    [((), True), (("model",), True), (("mmproj",), True), (("model", "other mmproj"), False)],
)
def test_it_is_due_until_a_model_and_an_mmproj_are_here(tmp_path: Path, installed: tuple[str, ...], due: bool) -> None:
    assert is_first_run(library(tmp_path, *installed)) is due


def test_the_demo_model_is_no_answer(tmp_path: Path) -> None:
    assert is_first_run(library(tmp_path, "model", "mmproj", shipped=True))


def test_who_has_answered_is_not_asked_again(tmp_path: Path) -> None:
    finish_first_run()
    assert not is_first_run(library(tmp_path))
