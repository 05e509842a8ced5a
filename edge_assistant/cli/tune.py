"""The tune command: tries on this machine, tells how far it is, stores the result, and says what changed."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

import psutil

from edge_assistant.assistant.factory import resolve_model
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.models.vision_towers import FORMATS, VisionTowers
from edge_assistant.settings import schema
from edge_assistant.system import cpu, paths, signals
from edge_assistant.system.errors import AssistantError, CancelledError, NotRunningError, WeightsError
from edge_assistant.system.i18n import number, tr
from edge_assistant.system.ipc import TUNED, call, endpoint
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.quantize_process import make_tower
from edge_assistant.tuning.search import USUAL_TOKENS, MachineFacts, SearchResult, tune
from edge_assistant.tuning.trial import EngineTrial, describe_change

_BUSY_PERCENT = 20.0  # of all cores
_BUSY_S = 1.0  # between two looks whether another program has made the tower


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """What the command line asks for; None leaves it to the settings."""

    model: str | None
    mmproj: str | None
    think: bool
    target_s: int | None
    reset: bool
    speak: bool | None
    as_json: bool


def run(options: TuneOptions) -> int:
    """Tune, or with `reset` forget what was tuned; 0. Raises AssistantError, CancelledError after a signal."""
    chosen = schema.load(schema.path())
    signals.only_remember()
    teller = ModelsOutput(chosen, speak=options.speak, as_json=options.as_json)
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


def _work(options: TuneOptions, chosen: schema.Settings, teller: ModelsOutput) -> None:
    weights = resolve_model(
        chosen,
        think=options.think,
        model=options.model,
        mmproj=options.mmproj,
        is_cancelled=signals.arrived,
        notice=teller.notice,
    )
    for message in weights.notices:
        teller.notice("weights-passed-over", message)
    if options.reset:
        _reset(weights, chosen, teller)
        return
    teller.say(tr("Finding the fastest configuration takes a few minutes. Do not use other programs meanwhile."))
    if psutil.cpu_percent(interval=0.5) > _BUSY_PERCENT:
        teller.notice("busy", tr("Other programs are busy, so the result may be wrong. Better run tune again later."))
    _hash(weights)
    now = profile.choice(weights, quick_tower=chosen.quick_tower)
    seconds = options.target_s or chosen.glance_seconds
    result = _tuned(weights, now, chosen, seconds, teller)
    _keep_only(weights, result.choice.tower)
    _tell_result(teller, now, result)
    if not result.budget.meets_target:
        teller.say(tr("The first words will take longer than the {seconds} seconds wanted.", seconds=seconds))
    if describe_change(now, result.choice):
        _tell_running_program(teller)


def _reset(weights: ResolvedModel, chosen: schema.Settings, teller: ModelsOutput) -> None:
    now = profile.choice(weights, quick_tower=chosen.quick_tower)
    profile.forget(weights)
    usual = profile.choice(weights, quick_tower=chosen.quick_tower)
    _keep_only(weights, usual.tower)
    teller.say(tr("The results of tune were deleted."))
    if describe_change(now, usual):
        _tell_running_program(teller)


def _tuned(
    weights: ResolvedModel, now: TuningProfile, chosen: schema.Settings, seconds: int, teller: ModelsOutput
) -> SearchResult:
    """Try, and store what was found. Where that ends early, no tower stays that was made only to be tried."""
    made: list[str] = []

    def make(name: str) -> None:
        while VisionTowers().find(weights.mmproj, name) is None:
            made.append(name)
            try:
                _make_tower(weights, name, teller)
                return
            except WeightsError as error:
                if error.code != "weights-busy":
                    raise
            made.remove(name)  # the app makes it while nothing is asked
            _check()
            time.sleep(_BUSY_S)

    try:
        result = tune(
            now,
            profile.safe_choice() if profile.is_tuned(weights) else now,
            _facts(weights, chosen, seconds, teller),
            lambda choice: EngineTrial(
                weights, choice, signals.arrived, threads=chosen.threads, gpu_layers=chosen.gpu_layers
            ),
            make,
            lambda number, of, words: _tell_step(teller, number, of, words),
            lambda words, error: teller.notice("skipped", f"{words}: {error}"),
        )
        _check()
        profile.store(weights, result.choice)
    except BaseException:
        for name in made:
            with contextlib.suppress(OSError):  # what ended it is what is told
                VisionTowers().remove(weights.mmproj, name)
        raise
    return result


def _keep_only(weights: ResolvedModel, tower: str | None) -> None:
    kept = {tower, *profile.towers_in_use(weights)}
    for name in FORMATS:
        if name not in kept:
            VisionTowers().remove(weights.mmproj, name)


def _tell_running_program(teller: ModelsOutput) -> None:
    try:
        answer = call(endpoint(), TUNED)
    except NotRunningError:
        return
    except AssistantError as error:
        answer = str(error)
    teller.event("running", message=answer)
    teller.say(answer)


def _check() -> None:
    if signals.arrived():
        raise CancelledError


def _hash(weights: ResolvedModel) -> None:
    """The checksums that the result is stored under; known already for weights of the catalogue."""
    verifier = ChecksumVerifier(paths.data_dir())
    for path in (weights.model, weights.mmproj):
        verifier.hashed(path, lambda _: _check())


def _facts(weights: ResolvedModel, chosen: schema.Settings, seconds: int, teller: ModelsOutput) -> MachineFacts:
    """What there is to try; what the person has set is not, and that is said."""
    if chosen.threads is not None:
        words = tr("The number of cores is not tested: the settings set {number}.", number=chosen.threads)
        teller.notice("set", words)
    if chosen.glance_tokens is not None:
        words = tr("Image tokens are not tested: the settings set {number}.", number=chosen.glance_tokens)
        teller.notice("set", words)
    published = describe_gguf(weights.mmproj).quantisation
    towers = [name for name in FORMATS if name != published and (name != "BF16" or cpu.has_bf16())]
    return MachineFacts(
        threads=cpu.counts_of_cores() if chosen.threads is None else (),
        towers=(None, *towers),
        target_s=seconds if chosen.glance_tokens is None else None,
    )


def _make_tower(weights: ResolvedModel, name: str, teller: ModelsOutput) -> None:
    made = make_tower(
        weights.mmproj,
        name,
        lambda fraction: teller.event("tower", format=name, fraction=round(fraction, 3)),
        signals.arrived,
    )
    teller.event("tower", format=name, fraction=1.0, changed=made.changed, unchanged=made.unchanged)


def _tell_step(teller: ModelsOutput, number: int, of: int, words: str) -> None:
    _check()
    teller.event("step", number=number, of=of, what=words)
    teller.step(tr("Step {number} of {of}: {words}.", number=number, of=of, words=words))


def _tell_result(teller: ModelsOutput, old: TuningProfile, result: SearchResult) -> None:
    new, before, after, budget = result.choice, result.before, result.after, result.budget
    teller.event(
        "tuned",
        threads=new.threads,
        repack=new.tuning.repack,
        flash_attention=new.tuning.flash_attention,
        batch=new.tuning.batch,
        tower=new.tower,
        glance_tokens=new.glance_tokens,
        first_token_before_s=round(before.first_token, 3) if before else None,
        first_token_after_s=round(after.first_token, 3),
        first_token_of_glance_s=round(budget.first_token, 3),
    )
    changes = describe_change(old, new)
    teller.say(" ".join(changes) if changes else tr("Nothing was changed."))
    words = tr(
        "A glance with up to {tokens} image tokens takes {seconds} seconds to its first word.",
        tokens=USUAL_TOKENS,
        seconds=number(after.first_token, 1),
    )
    if before is not None:
        was = tr("Before, it took {seconds} seconds.", seconds=number(before.first_token, 1))
        words = f"{words} {was}"
    teller.say(words)
    if budget.tokens not in (None, USUAL_TOKENS):
        teller.say(
            tr(
                "A glance with up to {tokens} image tokens takes {seconds} seconds to its first word.",
                tokens=budget.tokens,
                seconds=number(budget.first_token, 1),
            )
        )
