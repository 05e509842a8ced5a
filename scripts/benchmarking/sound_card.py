"""A sound card that only listens: it tells when the first samples arrived after a moment. ALSA only."""

from __future__ import annotations

import os
import select
import threading
import time
from pathlib import Path
from typing import Self

# ALSA's file device writes what is played into a pipe. Nothing holds the player back, so sound "lasts" no time.
_CONFIGURATION = """
pcm.!default {{ type plug slave.pcm "card" }}
pcm.card {{ type file file "{pipe}" format "raw" slave {{ pcm "null" }} }}
pcm.null {{ type null }}
ctl.!default {{ type null }}
"""


def open_card(folder: Path) -> tuple[Path, int]:
    """ALSA's configuration, made in `folder`, of a card that feeds a pipe, and the descriptor that reads there."""
    configuration, pipe = folder / "asound.conf", folder / "card"
    os.mkfifo(pipe)
    configuration.write_text(_CONFIGURATION.format(pipe=pipe), encoding="ascii")
    return configuration, os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # with our own writing end there is never an EOF


class Ear:
    """Hears what programs play that were started with `variables` in their environment."""

    def __init__(self, folder: Path) -> None:
        configuration, self._pipe = open_card(folder)
        self.variables = {"ALSA_CONFIG_PATH": str(configuration)}
        self._times: list[float] = []
        self._over = False
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()
        os.close(self._pipe)

    def first_after(self, moment: float, patience: float = 20.0) -> float:
        """When the first samples after `moment` arrived, as time.monotonic. SystemExit when none did."""
        while True:
            heard = next((at for at in list(self._times) if at >= moment), None)
            if heard is not None:
                return heard
            if time.monotonic() > moment + patience:
                raise SystemExit("Nothing was heard. The sound needs alsa-utils and libespeak-ng1.")
            time.sleep(0.005)

    def _listen(self) -> None:
        while not self._over:
            if select.select([self._pipe], [], [], 0.05)[0]:
                os.read(self._pipe, 2**16)
                self._times.append(time.monotonic())
