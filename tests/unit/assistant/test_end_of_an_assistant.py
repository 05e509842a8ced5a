"""What the end of an assistant leaves alone."""

from __future__ import annotations

from pathlib import Path

from support.gguf_files import write_mmproj, write_model

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.models.resolver import resolve


class SpokenBesides:
    """A voice that the rest of the program speaks through, too."""

    def __init__(self) -> None:
        self.stops = 0

    def say(self, text: str, *, language: str | None = None) -> None:
        """Speak."""

    def stop(self) -> None:
        """Be silent."""
        self.stops += 1

    def wait(self, _: float) -> bool:
        """Nothing is left to say."""
        return True


def test_an_assistant_that_another_one_replaces_leaves_what_is_being_said_alone(tmp_path: Path) -> None:
    model, mmproj = write_model(tmp_path / "model-Q4_K_M.gguf"), write_mmproj(tmp_path / "mmproj-Q8_0.gguf")
    resolved = resolve(model=str(model), mmproj=str(mmproj), think=False, preferred=None, weights_dir=None)
    voice = SpokenBesides()
    assistant = Assistant(
        resolved,
        AnswerOptions(),
        context=1024,
        threads=None,
        language=None,
        voice=voice,
        on_event=lambda _: None,
    )
    assistant.close()
    assert voice.stops == 0, "the sentence that a model is installed was never heard"
