"""The tune command: tries on this machine, tells how far it is, stores the result, and says what changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from edge_assistant import footprint, interrupt, paths, processor, settings, tuned
from edge_assistant.errors import AssistantError, CancelledError
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.locate import Weights, resolve
from edge_assistant.models.memory import needed_bytes
from edge_assistant.models.towers import FORMATS, Towers
from edge_assistant.models.verify import Verifier
from edge_assistant.models_output import Teller
from edge_assistant.text import number, tr
from edge_assistant.tower_making import make_tower
from edge_assistant.trials import EngineTrial, describe_change
from edge_assistant.tune import Facts, tune
from edge_assistant.tuned import Choice

# How much more than their files repacked weights took on the machine where that was measured.
_REPACKED = 0.75
_BUSY_PERCENT = 20.0  # of all cores


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; None leaves it to the settings."""

    model: str | None
    mmproj: str | None
    think: bool
    target_s: int | None
    reset: bool
    speak: bool | None
    as_json: bool


def run(options: Options) -> int:
    """Tune, or with `reset` forget what was tuned; 0. Raises AssistantError, CancelledError after a signal."""
    chosen = settings.load(paths.config_dir() / "settings.toml")
    interrupt.only_remember()
    speak = not options.as_json and (chosen.speak if options.speak is None else options.speak)
    teller = Teller(chosen, speak=speak, as_json=options.as_json)
    try:
        _work(options, chosen, teller)
    except AssistantError as error:
        teller.error(error)
        teller.close(wait=not isinstance(error, CancelledError))
        raise
    except BaseException:
        teller.close(wait=False)
        raise
    teller.close(wait=True)
    return 0


def _work(options: Options, chosen: settings.Settings, teller: Teller) -> None:
    weights = resolve(
        model=options.model,
        mmproj=options.mmproj,
        think=options.think,
        preferred=chosen.model,
        weights_dir=Path(chosen.weights_folder).expanduser() if chosen.weights_folder else None,
        on_progress=lambda _: _check(),
    )
    if options.reset:
        tuned.forget(weights)
        Towers().remove_all(weights.mmproj)
        teller.say(tr("What tune found out is forgotten."))
        return
    teller.say(tr("Trying what is quickest on this computer takes a few minutes. Let other programs rest meanwhile."))
    if psutil.cpu_percent(interval=0.5) > _BUSY_PERCENT:
        teller.notice("busy", tr("Other programs are busy now, so the result may be wrong. Better tune again later."))
    _hash(weights)
    old = tuned.choice(weights)
    facts = _facts(weights, options.target_s or chosen.glance_seconds)
    result = tune(
        tuned.safe_choice(),
        facts,
        lambda choice: EngineTrial(weights, choice, interrupt.arrived),
        lambda name: _tower(weights, name, teller),
        lambda number, of, words: _tell_step(teller, number, of, words),
        lambda words, error: teller.notice("skipped", f"{words}: {error}"),
    )
    _check()
    tuned.store(weights, result.choice)
    for name in FORMATS:
        if name != result.choice.tower:
            Towers().remove(weights.mmproj, name)
    _tell_result(teller, old, result.choice, result.before.first_token, result.after.first_token)
    if not result.meets_target:
        seconds = options.target_s or chosen.glance_seconds
        teller.say(tr("The first words will take longer than the {seconds} seconds wanted.", seconds=seconds))


def _check() -> None:
    if interrupt.arrived():
        raise CancelledError


def _hash(weights: Weights) -> None:
    """The checksums that the result is stored under; known already for weights of the catalogue."""
    verifier = Verifier(paths.data_dir())
    for path in (weights.model, weights.mmproj):
        verifier.hashed(path, lambda _: _check())


def _facts(weights: Weights, target_s: float) -> Facts:
    usable = processor.usable_cores() or tuned.default_threads()
    counts = (processor.performance_cores(), tuned.default_threads(), usable)
    published = describe_gguf(weights.mmproj).quantisation
    towers = [name for name in FORMATS if name != published]
    if not processor.has_bf16() and "BF16" in towers:
        towers.remove("BF16")
    return Facts(
        threads=tuple(dict.fromkeys(count for count in counts if count and count <= usable)),
        may_repack=footprint.available() >= needed_bytes(weights, 2048) + _REPACKED * weights.ram_bytes,
        towers=tuple(towers),
        target_s=target_s,
    )


def _tower(weights: Weights, name: str, teller: Teller) -> None:
    if Towers().find(weights.mmproj, name) is None:
        made = make_tower(
            weights.mmproj,
            name,
            lambda fraction: teller.event("tower", format=name, fraction=round(fraction, 3)),
            interrupt.arrived,
        )
        teller.event("tower", format=name, fraction=1.0, changed=made.changed, unchanged=made.unchanged)


def _tell_step(teller: Teller, number: int, of: int, words: str) -> None:
    _check()
    teller.event("step", number=number, of=of, what=words)
    teller.step(tr("Step {number} of {of}: {words}.", number=number, of=of, words=words))


def _tell_result(teller: Teller, old: Choice, new: Choice, before_s: float, after_s: float) -> None:
    teller.event(
        "tuned",
        threads=new.threads,
        repack=new.tuning.repack,
        flash_attention=new.tuning.flash_attention,
        batch=new.tuning.batch,
        tower=new.tower,
        glance_tokens=new.glance_tokens,
        first_token_before_s=round(before_s, 3),
        first_token_after_s=round(after_s, 3),
    )
    changes = describe_change(old, new)
    teller.say(" ".join(changes) if changes else tr("Nothing had to be changed."))
    figures = {"after": number(after_s, 1), "before": number(before_s, 1)}
    teller.say(tr("A usual glance takes {after} seconds to its first word, and {before} without tuning.", **figures))
