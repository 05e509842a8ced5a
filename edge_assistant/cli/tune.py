"""The tune command: searches the fastest tuning profile for this machine, stores it, and says what changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from edge_assistant.assistant.factory import resolve_model
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.models.vision_towers import FORMATS, VisionTowers
from edge_assistant.settings import schema
from edge_assistant.system import cpu, paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, NotRunningError, WeightsError
from edge_assistant.system.i18n import format_number, tr
from edge_assistant.system.ipc import TUNED, default_endpoint, send
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile
from edge_assistant.tuning.quantize_process import make_tower
from edge_assistant.tuning.search import MachineFacts, SearchResult, tune
from edge_assistant.tuning.trial import EngineTrial, default_tokens, describe_change

_BUSY_PERCENT = 20.0  # of all cores
_BUSY_S = 1.0  # between two checks whether another program has made the tower


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """The options of the command line; None leaves it to the settings."""

    model: str | None
    mmproj: str | None
    think: bool
    target_s: int | None
    reset: bool
    speak: bool | None
    as_json: bool


def run(
    options: TuneOptions, cancellation: Cancellation, fail: Callable[[AssistantError], None] = lambda _: None
) -> int:
    """Tune, or with `reset` delete the stored profile; return 0. Raises AssistantError, also CancelledError."""
    settings = schema.load(schema.path())
    with ModelsOutput(settings, cancellation, speak=options.speak, as_json=options.as_json, fail=fail) as output:
        _run(options, settings, output, cancellation)
    return 0


def _run(options: TuneOptions, settings: schema.Settings, output: ModelsOutput, cancellation: Cancellation) -> None:
    model = resolve_model(
        settings,
        think=options.think,
        model=options.model,
        mmproj=options.mmproj,
        is_cancelled=lambda: cancellation.is_set,
        notice=output.notice,
    )
    for message in model.notices:
        output.notice("weights-passed-over", message)
    if options.reset:
        _reset(model, settings, output)
        return
    output.say(tr("Finding the fastest configuration takes a few minutes. Do not use other programs meanwhile."))
    if psutil.cpu_percent(interval=0.5) > _BUSY_PERCENT:
        output.notice("busy", tr("Other programs are busy, so the result may be wrong. Better run tune again later."))
    _hash_files(model, cancellation)
    current = profile.load_profile(model, quick_tower=settings.quick_tower)
    seconds = options.target_s or settings.glance_seconds
    result = _search(model, current, settings, seconds, output, cancellation)
    _remove_other_towers(model, result.profile.tower)
    _report_result(output, current, result)
    if not result.budget.meets_target:
        output.say(tr("The first words will take longer than the {seconds} seconds wanted.", seconds=seconds))
    if describe_change(current, result.profile):
        _notify_running_program(output)


def _reset(model: ResolvedModel, settings: schema.Settings, output: ModelsOutput) -> None:
    current = profile.load_profile(model, quick_tower=settings.quick_tower)
    profile.delete_profile(model)
    untuned = profile.load_profile(model, quick_tower=settings.quick_tower)
    _remove_other_towers(model, untuned.tower)
    output.say(tr("The results of tune were deleted."))
    if describe_change(current, untuned):
        _notify_running_program(output)


def _search(
    model: ResolvedModel,
    current: TuningProfile,
    settings: schema.Settings,
    seconds: int,
    output: ModelsOutput,
    cancellation: Cancellation,
) -> SearchResult:
    """Search and store the fastest profile. If that ends early, remove the towers that were made for trials."""
    made: list[str] = []

    def make(name: str) -> None:
        while VisionTowers().find(model.mmproj, name) is None:
            made.append(name)
            try:
                _make_tower(model, name, output, cancellation)
                return
            except WeightsError as error:
                if error.code != "weights-busy":
                    raise
            made.remove(name)  # the app is making it while idle
            cancellation.wait(_BUSY_S)

    def report_step(number: int, of: int, words: str) -> None:
        cancellation.check()
        output.event("step", number=number, of=of, what=words)
        output.step(tr("Step {number} of {of}: {words}.", number=number, of=of, words=words))

    try:
        result = tune(
            current,
            profile.safe_profile() if profile.is_tuned(model) else current,
            _machine_facts(model, settings, seconds, output),
            lambda tuning_profile: EngineTrial(
                model,
                tuning_profile,
                lambda: cancellation.is_set,
                threads=settings.usable_threads,
                gpu_layers=settings.gpu_layers,
            ),
            make,
            report_step,
            lambda words, error: output.notice("skipped", f"{words}: {error}"),
        )
        cancellation.check()
        profile.save_profile(model, result.profile)
    except BaseException:
        for name in made:
            with contextlib.suppress(OSError):  # the original error is what matters
                VisionTowers().remove(model.mmproj, name)
        raise
    return result


def _remove_other_towers(model: ResolvedModel, tower: str | None) -> None:
    kept = {tower, *profile.towers_in_use(model)}
    for name in FORMATS:
        if name not in kept:
            VisionTowers().remove(model.mmproj, name)


def _notify_running_program(output: ModelsOutput) -> None:
    try:
        answer = send(default_endpoint(), TUNED)
    except NotRunningError:
        return
    except AssistantError as error:
        answer = str(error)
    output.event("running", message=answer)
    output.say(answer)


def _hash_files(model: ResolvedModel, cancellation: Cancellation) -> None:
    """Compute the checksums that the result is stored under; known already for models of the catalogue."""
    verifier = ChecksumVerifier(paths.data_dir())
    for path in (model.model, model.mmproj):
        verifier.hash_file(path, lambda _: cancellation.check())


def _machine_facts(model: ResolvedModel, settings: schema.Settings, seconds: int, output: ModelsOutput) -> MachineFacts:
    """Return what to try; values fixed in the settings are not tried, and a notice says so."""
    if settings.threads is not None:
        words = tr("The number of cores is not tested: the settings set {number}.", number=settings.usable_threads)
        output.notice("set", words)
    if settings.glance_tokens is not None:
        words = tr("Image tokens are not tested: the settings set {number}.", number=settings.glance_tokens)
        output.notice("set", words)
    published = describe_gguf(model.mmproj).quantisation
    towers = [name for name in FORMATS if name != published and (name != "BF16" or cpu.has_bf16())]
    if profile.keeps_tower(model):
        words = tr("Other formats of the vision encoder are not tested: {format} was chosen.", format=published)
        output.notice("set", words)
        towers = []
    return MachineFacts(
        threads=cpu.candidate_thread_counts() if settings.threads is None else (),
        towers=(None, *towers),
        target_s=seconds if settings.glance_tokens is None else None,
    )


def _make_tower(model: ResolvedModel, name: str, output: ModelsOutput, cancellation: Cancellation) -> None:
    made = make_tower(
        model.mmproj,
        name,
        lambda fraction: output.event("tower", format=name, fraction=round(fraction, 3)),
        lambda: cancellation.is_set,
    )
    output.event("tower", format=name, fraction=1.0, changed=made.changed, unchanged=made.unchanged)


def _report_result(output: ModelsOutput, old: TuningProfile, result: SearchResult) -> None:
    new, before, after, budget = result.profile, result.before, result.after, result.budget
    output.event(
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
    output.say(" ".join(changes) if changes else tr("Nothing was changed."))
    words = tr(
        "A glance with up to {tokens} image tokens takes {seconds} seconds to its first word.",
        tokens=default_tokens(),
        seconds=format_number(after.first_token, 1),
    )
    if before is not None:
        was = tr("Before, it took {seconds} seconds.", seconds=format_number(before.first_token, 1))
        words = f"{words} {was}"
    output.say(words)
    if budget.tokens not in (None, default_tokens()):
        output.say(
            tr(
                "A glance with up to {tokens} image tokens takes {seconds} seconds to its first word.",
                tokens=budget.tokens,
                seconds=format_number(budget.first_token, 1),
            )
        )
