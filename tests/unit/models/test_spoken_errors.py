"""Errors of downloads, imports and verification: what is shown is exact, what is heard is short, verdict first."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from huggingface_hub import errors as hub_failures

from edge_assistant.models import checksums, hub_errors, partial_file, trust
from edge_assistant.models.catalog import CatalogFile
from edge_assistant.system.errors import AssistantError, DoesNotFitError, InputError, WeightsError
from edge_assistant.system.shown_text import ShownText, heard

FILE = "Qwen3-VL-2B-Instruct-Q4_K_M.gguf"
REPOSITORY = "Qwen/Qwen3-VL-2B-Instruct-GGUF"
SUMS = ("0123abcd" * 8, "fedc9876" * 8)
MOST_CHARACTERS = 95
"""At the usual speed, what is said in six seconds."""


def hub_error(kind: type[hub_failures.HfHubHTTPError], status: int) -> AssistantError:
    request = httpx2.Request("GET", f"https://hub.test/{REPOSITORY}/{FILE}")
    response = httpx2.Response(status, request=request)
    with pytest.raises(AssistantError) as caught, hub_errors.explain_errors(FILE, REPOSITORY, SUMS[0][:40]):
        raise kind("no", response=response)
    return caught.value


def damaged() -> AssistantError:
    with pytest.raises(WeightsError) as caught:
        checksums.check_sum(FILE, *SUMS, "The download was deleted. Download it again.")
    return caught.value


def cut_off(folder: Path) -> AssistantError:
    path = folder / FILE
    path.write_bytes(b"GGUF")
    entry = CatalogFile(FILE, FILE, "", 5, 5, SUMS[0], first_download=False, ships=False, repository=REPOSITORY)
    with pytest.raises(WeightsError) as caught:
        checksums.ChecksumVerifier(folder).check(entry, path)
    return caught.value


def full_disk(folder: Path) -> AssistantError:
    with pytest.raises(DoesNotFitError) as caught:
        partial_file.check_space(folder / FILE, shutil.disk_usage(folder).free + 1)
    return caught.value


def test_no_error_speaks_digits_of_checksums_names_of_files_or_folders(tmp_path: Path) -> None:
    plain = hub_failures.HfHubHTTPError
    found = [
        damaged(),
        cut_off(tmp_path),
        full_disk(tmp_path),
        trust._listed_error(FILE, *SUMS),
        trust._unknown_error(SimpleNamespace(display_name="Qwen3-VL 2B, Instruct")),  # type: ignore[arg-type]
        *(hub_error(plain, status) for status in (401, 403, 404, 410, 416, 429, 503)),
        hub_error(hub_failures.RevisionNotFoundError, 404),
        hub_error(hub_failures.RemoteEntryNotFoundError, 404),
    ]
    for error in found:
        exact = (FILE, REPOSITORY, SUMS[0][:8], SUMS[1][:8], str(tmp_path))
        assert not [each for each in exact if each in error.spoken], error.spoken
        assert len(error.spoken) <= MOST_CHARACTERS, error.spoken
    assert found[0].spoken == "The model is damaged. The download was deleted. Download it again."
    assert all(each in str(found[0]) for each in (FILE, SUMS[0][:8], SUMS[1][:8])), "it is shown"
    assert found[2].spoken.startswith("The disk is too full. Free up ")


def test_an_error_without_a_shorter_form_is_heard_as_it_is_shown() -> None:
    assert InputError("It is gone.").spoken == "It is gone."
    assert (heard("Shown."), heard(ShownText("Shown.", "Heard."))) == ("Shown.", "Heard.")
    error = InputError(ShownText("Shown.", "Heard."))
    assert (str(error), error.spoken) == ("Shown.", "Heard.")
