"""One person's computer: a catalogue that names a pair on a hub, and a folder of downloads."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarking.gguf_writer import F32

from edge_assistant.models.hub import Hub
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.progress import TransferProgress
from edge_assistant.models.pull import PullOperation
from edge_assistant.system.cancellation import Cancellation
from support.gguf_files import INSTRUCT, gguf_bytes, model_metadata, vision_metadata
from support.local_hub import COMMIT, LocalHub
from support.operations import Recorder

REPOSITORY = "someone/pair"
MODEL, MMPROJ = "pair-Q4_K_M.gguf", "mmproj-pair-Q8_0.gguf"


def padded(metadata: dict[str, Any], size: int) -> bytes:
    """A GGUF file with noise of about `size` bytes as its one tensor."""
    empty = gguf_bytes(metadata, [("w", (64, size // 256), F32)])
    count = size // 256 * 256
    return empty[:-count] + random.Random(size).randbytes(count)


def pair_files() -> dict[str, bytes]:
    """A model and an mmproj that fit each other, by file name."""
    return {
        MODEL: padded(model_metadata(INSTRUCT, 2560), 600_000),
        MMPROJ: padded(vision_metadata(2560), 200_000),
    }


class Attempt(Recorder):
    """A download of the pair with all that it told; a checksum on first sight is accepted."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(answer=True)
        self.hub = hub
        self.cancel = Cancellation()
        self.progress_told: list[TransferProgress] = []

    def progress(self, _: str, __: str, progress: TransferProgress, /) -> None:
        self.progress_told.append(progress)

    def run(self, *, trust_new: bool = False) -> list[str]:
        """The files."""
        library = ModelLibrary(None)
        pull = PullOperation(library, library.named("pair", "instruct"), trust_new=trust_new, hub=self.hub)
        pull.run(self, self.cancel)
        files: list[str] = self.events[-1]["files"]
        return files


@dataclass
class Place:
    """One person's computer, and the hub."""

    hub: LocalHub
    shipped: Path
    models: Path
    data: dict[str, bytes]

    def catalog(self, *, revision: str = COMMIT, pinned: bool = True, sha256: dict[str, str] | None = None) -> None:
        """Write the catalogue: with the true checksums, or leaving the decision to the first download."""
        text = f'[[source]]\nvariant = "instruct"\nrepository = "{REPOSITORY}"\nrevision = "{revision}"\n'
        text += 'licence = "Apache-2.0"\nsource = "here"\n'
        for kind, file, extra in (("model", MODEL, 'name = "pair"\nram_bytes = 1\n'), ("mmproj", MMPROJ, "")):
            text += f'[[source.{kind}]]\n{extra}file = "{file}"\nquantisation = "Q4_K_M"\n'
            known = (sha256 or {}).get(file, hashlib.sha256(self.data[file]).hexdigest() if pinned else None)
            text += f"bytes = {len(self.data[file])}\n" if pinned else f"about_bytes = {len(self.data[file])}\n"
            text += f'sha256 = "{known}"\n' if known else ""
            text += "" if pinned else 'trust = "first-download"\n'
        (self.shipped / "catalog.toml").write_text(text)

    def attempt(self, endpoint: str | None = None) -> Attempt:
        """A download, from another hub where there is an `endpoint`."""
        return Attempt(Hub(endpoint or self.hub.endpoint))

    def files(self) -> set[str]:
        """What is in the folder of downloads, but for the empty files of locks."""
        return {path.name for path in self.models.glob("*") if not path.name.endswith(".lock")}

    def check_whole(self) -> None:
        """Both files are there, right, and nothing beside them."""
        assert self.files() == {MODEL, MMPROJ}
        for name, data in self.data.items():
            assert (self.models / name).read_bytes() == data

    def environment(self) -> dict[str, str]:
        """For programs that are to use this hub."""
        return {"HF_ENDPOINT": self.hub.endpoint}
