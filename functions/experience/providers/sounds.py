"""Computed sounds: the ticks of a wheel that slows down, and a few bars for a winner. Pure.

Nothing but arithmetic: a damped tone is one complex number that is multiplied by another one for
each sample, which turns it and shortens it.
"""

import array
import cmath
import hashlib
import io
import math
import random
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SoundKind = Literal["spin", "win"]

RATE = 44_100
"""Samples a second."""

PEAK = 0.89
"""The loudest sample: 1 dB below what a file can hold."""

SPIN_SECONDS = 4.2
WIN_SECONDS = 2.6


@dataclass(frozen=True)
class Voice:
    """An instrument: its partials as (multiple of the pitch, loudness), and how it sounds.

    `ring`: seconds until a tone is a thousandth as loud. `noise`: how much of its attack is noise.
    `pitch`: of a tick, in hertz. `is_roll`: it swells at an even pace, and does not slow down.
    """

    partials: tuple[tuple[float, float], ...]
    ring: float
    noise: float = 0.0
    pitch: float = 0.0
    is_roll: bool = False


VOICES: dict[SoundKind, dict[str, Voice]] = {
    "spin": {
        "ticks": Voice(((1.0, 1.0), (2.4, 0.5), (4.1, 0.3)), 0.035, 0.5, 1900),
        "rattle": Voice(((1.0, 1.0), (2.7, 0.35)), 0.06, 0.25, 820),
        "drumroll": Voice(((1.0, 1.0), (1.6, 0.6), (2.3, 0.3)), 0.12, 1.2, 175, is_roll=True),
        "bell": Voice(((1.0, 1.0), (2.76, 0.5), (5.4, 0.2)), 0.16, 0.05, 1560),
        "arcade": Voice(tuple((n, 1 / n) for n in (1, 3, 5, 7)), 0.045, 0.0, 660),
    },
    "win": {
        "fanfare": Voice(tuple((n, 0.9**n / n**0.7) for n in range(1, 8)), 0.9, 0.03),
        "chimes": Voice(((1.0, 1.0), (2.76, 0.45), (5.4, 0.25), (8.9, 0.12)), 1.6, 0.02),
        "sparkle": Voice(((2.0, 1.0), (4.0, 0.5), (6.0, 0.3), (8.1, 0.15)), 1.1, 0.08),
        "harp": Voice(((1.0, 1.0), (2.0, 0.5), (3.0, 0.3), (4.0, 0.15)), 1.1, 0.08),
        "arcade": Voice(tuple((n, 1 / n) for n in (1, 3, 5, 7, 9)), 0.5),
    },
}
"""The sounds that have a name, by kind."""

WORDS = {
    "ticks": ("tick", "click", "mechanic", "fortune", "ratsche", "elegant"),
    "rattle": ("rattle", "wood", "marimba", "warm", "holz", "playful"),
    "drumroll": ("drum", "circus", "suspense", "trommel", "zirkus", "bold"),
    "bell": ("bell", "glass", "crystal", "glocke", "christmas", "winter"),
    "arcade": ("retro", "arcade", "8-bit", "8bit", "game", "pixel", "tech"),
    "fanfare": ("fanfare", "brass", "trumpet", "triumph", "trompete", "sport", "bold"),
    "chimes": ("chime", "bell", "glass", "glocke", "christmas", "winter", "elegant"),
    "sparkle": ("sparkle", "magic", "glitter", "fairy", "zauber", "playful"),
    "harp": ("harp", "soft", "gentle", "warm", "harfe", "beauty"),
}
"""The words of a prompt that ask for a voice."""

CHORDS = ((0, 4, 7, 12), (0, 5, 9, 12), (0, 4, 9, 12), (0, 7, 12, 16))
"""In semitones: each of them sounds glad."""


def synthesise(kind: SoundKind, prompt: str) -> bytes:
    """A WAV file, mono, 16 bit, 44.1 kHz: the same bytes for the same words.

    A prompt that is the name of a voice gets that voice. Takes a third of a second.
    """
    dice = random.Random(hashlib.sha256(f"{kind}\n{prompt}".encode()).digest())  # noqa: S311
    voice = _voice(kind, prompt.lower(), dice)
    if kind == "spin":
        return _encoded(_spin(voice, dice))
    return _encoded(_win(voice, dice))


def _voice(kind: SoundKind, prompt: str, dice: random.Random) -> Voice:
    voices = VOICES[kind]
    if prompt in voices:
        return voices[prompt]
    for name, voice in voices.items():
        if any(word in prompt for word in WORDS[name]):
            return voice
    return dice.choice(list(voices.values()))


def _spin(voice: Voice, dice: random.Random) -> list[float]:
    """Ticks that come ever more slowly, as pegs pass a pointer, and the last one louder."""
    samples = [0.0] * round(SPIN_SECONDS * RATE)
    pitch = voice.pitch * dice.uniform(0.92, 1.08)
    pegs = dice.randint(84, 92) if voice.is_roll else dice.randint(44, 54)
    for peg in range(pegs + 1):
        done = peg / pegs
        slowed = 1 - math.sqrt(1 - done)  # as a wheel does that brakes evenly
        at = (SPIN_SECONDS - 0.25) * (done if voice.is_roll else slowed)
        last = peg == pegs
        loudness = dice.uniform(0.7, 0.9) * (0.6 + 0.4 * done) * (1.3 if last else 1)
        tone = pitch * dice.uniform(0.985, 1.015) * (0.8 if last else 1)
        _strike(samples, at, tone, loudness, voice, dice, ring=voice.ring * (3 if last else 1))
    return samples


def _win(voice: Voice, dice: random.Random) -> list[float]:
    """An arpeggio upwards, and its chord."""
    samples = [0.0] * round(WIN_SECONDS * RATE)
    root = 261.63 * 2 ** (dice.choice((0, 2, 3, 5, 7)) / 12)
    chord = dice.choice(CHORDS)
    pace = dice.uniform(0.095, 0.125)
    notes = [*chord, *(each + 12 for each in chord[1:])]
    for number, semitones in enumerate(notes):
        _strike(samples, number * pace, root * 2 ** (semitones / 12), 0.55, voice, dice)
    end = len(notes) * pace + 0.06
    for semitones in (-12, *chord, chord[1] + 12):
        tone = root * 2 ** (semitones / 12)
        _strike(samples, end, tone, 0.45, voice, dice, ring=voice.ring * 1.6)
    _echo(samples, seconds=0.137, share=0.22)
    return samples


def _strike(
    samples: list[float],
    at: float,
    pitch: float,
    loudness: float,
    voice: Voice,
    dice: random.Random,
    ring: float | None = None,
) -> None:
    """Add a tone that fades away from this second on."""
    start, ring = round(at * RATE), ring or voice.ring
    for multiple, share in voice.partials:
        if pitch * multiple >= RATE / 2.2:
            continue
        seconds = ring / math.sqrt(multiple)
        count = min(round(seconds * RATE), len(samples) - start)
        state = complex(loudness * share, 0)
        step = cmath.exp(
            complex(math.log(0.001) / (seconds * RATE), 2 * math.pi * pitch * multiple / RATE)
        )
        for index in range(start, start + count):
            samples[index] += state.imag
            state *= step
    level = loudness * voice.noise
    count = min(round(0.012 * RATE), len(samples) - start) if level else 0
    for index in range(count):
        samples[start + index] += level * dice.uniform(-1, 1) * (1 - index / count) ** 3


def _echo(samples: list[float], seconds: float, share: float) -> None:
    """Let each sample come back a little later, and again."""
    delay = round(seconds * RATE)
    for index in range(delay, len(samples)):
        samples[index] += samples[index - delay] * share


def _encoded(samples: Sequence[float]) -> bytes:
    """The samples at full loudness, with soft ends, as a file."""
    scale = PEAK * 32767 / max(map(abs, samples))
    fade = round(0.02 * RATE)
    values = array.array("h", (round(each * scale) for each in samples))
    for index in range(fade):
        values[-1 - index] = round(values[-1 - index] * index / fade)
    if sys.byteorder == "big":
        values.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(values.tobytes())
    return file.getvalue()
