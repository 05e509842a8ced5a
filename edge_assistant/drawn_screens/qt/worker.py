"""The drawing process's side: draws what it is asked for, one screen after the other."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection

from edge_assistant.drawn_screens.jobs import Job
from edge_assistant.drawn_screens.phrases import LANGUAGES
from edge_assistant.drawn_screens.qt.draw import draw, drawn_letters
from edge_assistant.drawn_screens.qt.look import application, fitting_families
from edge_assistant.drawn_screens.truth import SkippedLanguage
from edge_assistant.system.i18n import tr


def serve(connection: Connection, jobs: Sequence[Job]) -> None:
    """Send a DrawnScreen for each job, and a SkippedLanguage before the first job of one that cannot be drawn."""
    qt = application()
    families: dict[str, list[str]] = {}
    for job in jobs:
        if job.language not in families:
            known = job.language in LANGUAGES
            families[job.language] = fitting_families(drawn_letters(job.language)) if known else []
            if not known:
                connection.send(SkippedLanguage(job.language, tr("No screens are drawn in this language yet.")))
            elif not families[job.language]:
                reason = tr("No font on this computer has the letters of this language, so it is left out.")
                connection.send(SkippedLanguage(job.language, reason))
        if families[job.language]:
            connection.send(draw(qt, job, families[job.language]))
