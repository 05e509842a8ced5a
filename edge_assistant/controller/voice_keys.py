"""What the keys for slower, faster, quieter and louder make of the settings, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import replace

from edge_assistant.settings.schema import Settings, find_entry
from edge_assistant.system.i18n import tr

_USUAL_RATE = 200
"""Words a minute where the settings leave the rate to the voice."""

_STEP = 10
"""Percent of the rate, and of the full volume, that one press changes; also the least change of the rate."""

_LEAST_VOLUME = 10
"""Percent. Less would leave nothing to be heard of how to get it back."""


def changed_voice(settings: Settings, action: str) -> tuple[Settings, str]:
    """Return the settings after one of VOICE_ACTIONS, and the sentence with the new value, or that it is the last."""
    if action in ("slower", "faster"):
        return _changed_rate(settings, faster=action == "faster")
    return _changed_volume(settings, louder=action == "louder")


def reader_sentence(action: str) -> str:
    """Return the sentence for one of VOICE_ACTIONS while a screen reader speaks, whose voice is its own."""
    if action in ("slower", "faster"):
        return tr("The rate is your screen reader's own.")
    return tr("The volume is your screen reader's own.")


def _changed_rate(settings: Settings, *, faster: bool) -> tuple[Settings, str]:
    old = settings.rate or _USUAL_RATE
    rate = _next_rate(old, faster=faster)
    if rate != old:
        return replace(settings, rate=rate), tr("{rate} words a minute.", rate=rate)
    if faster:
        return settings, tr("Fastest: {rate} words a minute.", rate=rate)
    return settings, tr("Slowest: {rate} words a minute.", rate=rate)


def _changed_volume(settings: Settings, *, louder: bool) -> tuple[Settings, str]:
    old = settings.volume
    volume = min(100, max(_LEAST_VOLUME, old + _STEP)) if louder else min(old, max(_LEAST_VOLUME, old - _STEP))
    if volume != old:
        return replace(settings, volume=volume), tr("Volume {percent} percent.", percent=volume)
    if louder:
        return settings, tr("Loudest: volume {percent} percent.", percent=volume)
    return settings, tr("Quietest: volume {percent} percent.", percent=volume)


def _next_rate(rate: int, *, faster: bool) -> int:
    """Return the rate a tenth faster or slower, in whole tens, within the range of the setting."""
    bounds = find_entry("rate").info.range
    assert bounds is not None
    least, most = bounds
    factor = 1 + _STEP / 100
    changed = max(rate + _STEP, round(rate * factor, -1)) if faster else min(rate - _STEP, round(rate / factor, -1))
    return round(max(least, min(most, changed)))
