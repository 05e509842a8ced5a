"""The demo model's own screens."""

from __future__ import annotations

from pathlib import Path

from edge_assistant.model_check.demo_samples import _TRUTHS, sample_trials


def test_every_sample_ships_and_is_asked_about(repository: Path) -> None:
    trials = list(sample_trials(repository / "models/demo/samples"))
    assert {trial.screen.name for trial in trials} == {f"sample-{name}" for name in _TRUTHS}
    assert {trial.task for trial in trials} == {"glance", "read", "question"}
    assert {trial.measure for trial in trials} == {"sample"}


def test_samples_that_are_not_there_or_broken_are_left_out(tmp_path: Path) -> None:
    assert list(sample_trials(tmp_path)) == []
    (tmp_path / "save-dialog.png").write_bytes(b"no picture")
    assert list(sample_trials(tmp_path)) == []
