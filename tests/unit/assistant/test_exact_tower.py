"""Which vision encoder an assistant uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import write_mmproj, write_model

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.models.resolver import resolve
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile


@pytest.mark.parametrize("exact", [False, True])
def test_the_models_own_is_used_where_exactly_that_is_asked_for(exact: bool, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model-Q4_K_M.gguf")
    own = write_mmproj(tmp_path / "mmproj-Q8_0.gguf", general__file_type=7)
    resolved = resolve(model=str(model), mmproj=str(own), think=False, preferred=None, weights_dir=None)
    made = VisionTowers().make(own, "Q6_K", lambda data, *_: data, lambda _: None).path
    profile.save_profile(resolved, TuningProfile(1, tower="Q6_K"))
    assistant = Assistant(
        resolved,
        AnswerOptions(),
        context=1024,
        threads=None,
        language=None,
        voice=None,
        on_event=lambda _: None,
        exact_tower=exact,
    )
    try:
        assert assistant.model.mmproj == (own if exact else made)
    finally:
        assistant.close()
