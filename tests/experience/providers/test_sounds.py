"""Computed sounds: audible, as loud as a file may be, and the same for the same words."""

from __future__ import annotations

import array
import io
import itertools
import wave

import pytest

from experience.providers.sounds import PEAK, RATE, VOICES, SoundKind, synthesise

NAMED = [(kind, name) for kind, voices in VOICES.items() for name in voices]


def samples(data: bytes) -> array.array[int]:
    with wave.open(io.BytesIO(data)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, RATE)
        return array.array("h", wav.readframes(wav.getnframes()))


def onsets(played: array.array[int]) -> list[float]:
    """The seconds at which a sound begins anew: windows four times as loud as the one before."""
    size = RATE // 200
    loud = [max(map(abs, played[at : at + size])) for at in range(0, len(played) - size, size)]
    pairs = enumerate(itertools.pairwise(loud))
    return [n * size / RATE for n, (before, after) in pairs if after > 4 * before and after > 2000]


@pytest.mark.parametrize(("kind", "name"), NAMED)
def test_each_named_sound_is_audible_and_never_clips(kind: SoundKind, name: str) -> None:
    played = samples(synthesise(kind, name))
    assert 2 < len(played) / RATE < 5
    assert max(map(abs, played)) == round(PEAK * 32767)
    assert sum(each * each for each in played) / len(played) > 600**2
    assert abs(played[-1]) < 50  # it does not end with a click


@pytest.mark.parametrize("name", ["ticks", "rattle"])
def test_the_ticks_of_a_spin_slow_down(name: str) -> None:
    found = onsets(samples(synthesise("spin", name)))
    pauses = [after - before for before, after in itertools.pairwise(found)]
    third = len(pauses) // 3
    assert len(found) > 25
    assert sum(pauses[-third:]) > 1.8 * sum(pauses[:third])


@pytest.mark.parametrize("kind", ["spin", "win"])
def test_the_words_decide(kind: SoundKind) -> None:
    first = synthesise(kind, "a glass bell over the snow")
    assert synthesise(kind, "a glass bell over the snow") == first
    assert synthesise(kind, "a glass bell over the sea") != first
