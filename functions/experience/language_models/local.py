"""The model `local`: templates and grammars. No network, no price, the same for the same. Pure."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from experience.language_models import colours, filling, grammar, local_chat
from experience.language_models.grammar import Reading
from experience.language_models.models import (
    Chunk,
    Completion,
    FinishReason,
    Message,
    Role,
    Tool,
    Usage,
)
from experience.language_models.outputs import (
    CampaignCopy,
    CampaignPlan,
    ColourTheme,
    PlannedGame,
)
from experience.language_models.prompts import Brief, fenced

ID = "local"
NAME = "local/1"

_BYTES_PER_TOKEN = 4

_DARK, _LIGHT = "#12141c", "#fbfbfa"

_ODDS = ((280_000, 500), (60_000, 60), (12_000, 10), (2_000, 2))
"""Weight and stock of the prizes, from the small one to the grand one."""


class Local:
    """Reads the brief in the messages, and fills its sentences with what it found there.

    It fills a schema that it does not know by the names and bounds of its fields. Given tools, it
    chats: see `local_chat`.
    """

    name = NAME

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int,
    ) -> Completion:
        if schema is None and local_chat.is_chat(messages, tools):
            return self._reply(messages, tools, max_tokens)
        reading = grammar.read(_brief_of(messages))
        if schema is None:
            text = f"{reading.lines['line']} {reading.text('rules')}"
        else:
            text = json.dumps(_value(schema, reading), ensure_ascii=False)
        return self._completion(text, messages, tools, max_tokens)

    def _reply(
        self, messages: Sequence[Message], tools: Sequence[Tool], max_tokens: int
    ) -> Completion:
        said = local_chat.reply(messages, tools)
        if not said.tool_calls:
            return self._completion(said.text, messages, tools, max_tokens)
        written = "".join(f"{each.name}{json.dumps(each.arguments)}" for each in said.tool_calls)
        used = Usage(input_tokens=self.count(messages, tools=tools), output_tokens=_tokens(written))
        return Completion(said.text, FinishReason.TOOL_CALLS, used, said.tool_calls)

    def _completion(
        self, text: str, messages: Sequence[Message], tools: Sequence[Tool], max_tokens: int
    ) -> Completion:
        used = Usage(
            input_tokens=self.count(messages, tools=tools),
            output_tokens=min(max_tokens, _tokens(text)),
        )
        if _tokens(text) <= max_tokens:
            return Completion(text, FinishReason.STOP, used)
        cut = text.encode()[: max_tokens * _BYTES_PER_TOKEN].decode(errors="ignore")
        return Completion(cut, FinishReason.MAX_TOKENS, used)

    def stream(
        self, messages: Sequence[Message], *, tools: Sequence[Tool] = (), max_tokens: int
    ) -> Iterator[Chunk]:
        completion = self.complete(messages, tools=tools, max_tokens=max_tokens)
        for word in re.findall(r"\s*\S+\s*", completion.text):
            yield Chunk(word)
        yield Chunk("", completion)

    def count(self, messages: Sequence[Message], *, tools: Sequence[Tool] = ()) -> int:
        declared = sum(_tokens(each.name + each.description) for each in tools)
        return declared + sum(_tokens(each.content) for each in messages)


def _tokens(text: str) -> int:
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def _brief_of(messages: Sequence[Message]) -> Brief:
    """The fenced brief, or else what the user said last."""
    given = fenced(messages, "brief")
    if isinstance(given, dict):
        return Brief(**given)
    said = [each.content for each in messages if each.role is Role.USER]
    return Brief(said[-1] if said else "")


def _value(schema: type[BaseModel], reading: Reading) -> Any:
    write = _WRITERS.get(schema)
    if write is not None:
        return write(reading)
    texts = {**_theme(reading), **_copy(reading), "name": reading.subject}
    return filling.fill(schema, reading, texts)


def _copy(reading: Reading) -> dict[str, Any]:
    return {
        "headline": reading.text("headline"),
        "intro": f"{reading.lines['line']} {reading.text('rules')}",
        "cta": reading.text("cta"),
        "win": reading.text("win"),
        "lose": reading.text("lose"),
    }


def _theme(reading: Reading) -> dict[str, Any]:
    words = grammar.vocabulary()
    primary, secondary, background = reading.pick("palette", words["palettes"][reading.topic])
    if reading.is_dark is not None:
        background = _DARK if reading.is_dark else _LIGHT
    if reading.colours:
        primary, secondary = (*reading.colours, secondary)[:2]
    primary = colours.with_contrast(primary, background, colours.MIN_SHAPE_CONTRAST)
    text = colours.text_on(background)
    mood = f"{reading.common['moods'][reading.tone]}: {reading.subject}"
    return {
        "primaryColor": primary,
        "secondaryColor": colours.with_contrast(secondary, primary, colours.MIN_SEGMENT_CONTRAST),
        "backgroundColor": background,
        "textColor": colours.with_contrast(
            "#1b1b23" if text == colours.BLACK else "#f4f4f7", background, colours.MIN_TEXT_CONTRAST
        ),
        "fontFamily": words["fonts"][reading.tone],
        "mood": mood,
    }


def _game(reading: Reading) -> dict[str, Any]:
    """Prizes from small to grand, every second segment without one, the small ones twice."""
    names = reading.prizes or tuple(reading.lines["prizes"])
    prizes = [
        {
            "id": f"prize-{number}",
            "name": name,
            "kind": "code" if number == 1 else "physical",
            "weightPpm": weight,
            "stock": stock,
        }
        for number, (name, (weight, stock)) in enumerate(
            zip(names, _odds(len(names)), strict=True), 1
        )
    ]
    on_wheel = [*prizes, *prizes[: max(1, reading.pick("segments", (1, 2)))]]
    consolations = reading.common["no_prize"]
    first = reading.pick("no_prize", range(len(consolations)))
    segments: list[dict[str, Any]] = []
    for number, prize in enumerate(on_wheel):
        consolation = consolations[(first + number) % len(consolations)]
        segments += [
            {"label": prize["name"], "prizeId": prize["id"]},
            {"label": consolation, "prizeId": None},
        ]
    for number, segment in enumerate(segments, 1):
        segment["id"] = f"segment-{number}"
    return {"segments": segments, "prizes": prizes}


def _odds(count: int) -> list[tuple[int, int]]:
    """The grand prize keeps its odds, however few there are before it."""
    return [*_ODDS[: count - 1], _ODDS[-1]] if count > 1 else [_ODDS[1]]


def _plan(reading: Reading) -> dict[str, Any]:
    name = reading.pick("names", reading.common["names"]).format(subject=reading.subject)
    return {
        "name": reading.brief.name or name,
        "templateId": "spin_wheel",
        "copy": _copy(reading),
        "theme": _theme(reading),
        "game": _game(reading),
    }


_WRITERS: Mapping[type[BaseModel], Callable[[Reading], dict[str, Any]]] = {
    CampaignCopy: _copy,
    ColourTheme: _theme,
    PlannedGame: _game,
    CampaignPlan: _plan,
}
