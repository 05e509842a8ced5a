"""Every kind of error has an exit code, and keeps it on the way from another process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edge_assistant.cli.exit_codes import EXIT_CODES, exit_code
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.system import errors
from edge_assistant.system.errors import (
    AssistantError,
    EngineError,
    EngineUnfitError,
    UsageError,
    WeightsError,
    rebuild_error,
)


def derived(kind: type[AssistantError]) -> Iterator[type[AssistantError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from derived(each)


@pytest.mark.parametrize("kind", [*derived(AssistantError)])
def test_every_error_has_an_exit_code(kind: type[AssistantError]) -> None:
    assert exit_code(kind.kind) == EXIT_CODES[kind.kind]


@pytest.mark.parametrize("kind", EXIT_CODES)
def test_an_error_of_another_process_is_of_the_same_kind(kind: str) -> None:
    error = rebuild_error(kind, "some-code", "It is gone.")
    assert (error.kind, error.code, str(error)) == (kind, "some-code", "It is gone.")


def test_a_special_error_is_rebuilt_as_what_it_is_derived_from() -> None:
    assert ChecksumError.kind == WeightsError.kind
    assert type(rebuild_error(EngineUnfitError.kind, "engine-unfit", "It does not run.")) is EngineError
    assert type(rebuild_error(UsageError.kind, "usage", "No.")) is UsageError
    assert type(rebuild_error("of a later version", "odd", "No.")) is EngineError
    assert errors.AssistantError("No.").kind == EngineError.kind
