"""The model `local` in a chat: it understands a few sentences, and says what tools found. Pure.

What a sentence names, such as a campaign, is only a name, whatever it says. What a tool found is
only shown.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from experience.language_models.models import Message, Role, Tool, ToolCall
from experience.language_models.prompts import fenced

MAX_SENTENCE_CHARACTERS = 600
MAX_SHOWN_ITEMS = 10
MAX_SHOWN_CHARACTERS = 120

Data = Mapping[str, Any]


class Reply(NamedTuple):
    """What the assistant says, or the tools that it wants called before."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()


class _Sentence(NamedTuple):
    """A form of sentence, the tool that it asks for, and an example for the help."""

    tool: str
    pattern: re.Pattern[str]
    example: str


def is_chat(messages: Sequence[Message], tools: Sequence[Tool]) -> bool:
    """Whether this is a conversation with tools, and no brief to write from."""
    return bool(tools) or any(each.role is Role.TOOL for each in messages)


def reply(messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
    """The next message: tools to call, what they found, or what can be asked."""
    last = max((n for n, each in enumerate(messages) if each.role is Role.USER), default=-1)
    said = messages[last].content if last >= 0 else ""
    sentence = _plain(said) if len(said) <= MAX_SENTENCE_CHARACTERS else ""
    results = _results(messages[last + 1 :])
    if results:
        return Reply("\n\n".join(_describe(name, data, said) for name, data in results))
    offered = {each.name for each in tools}
    for form in _SENTENCES:
        if form.tool in offered and (found := form.pattern.fullmatch(sentence)):
            named = {key: _name(text) for key, text in found.groupdict().items() if text}
            arguments = {
                key: text.lower() if key == "status" else text for key, text in named.items()
            }
            return Reply("", (ToolCall(f"call-{len(messages)}", form.tool, arguments),))
    return Reply(_help(said, offered))


def _results(messages: Sequence[Message]) -> list[tuple[str, Any]]:
    """What the tools found since the user spoke, each with the name of its tool."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    return [
        (name, fenced([message], name))
        for message in messages
        if message.role is Role.TOOL and (name := names.get(message.tool_call_id or ""))
    ]


_THE = r"(?:(?:the|my|our|this|a) )?"
_MY = (
    r"(?:(?:list|show|give|tell|get|what|which)(?: me| are)? )?(?:all )?(?:of )?(?:the |my |our )?"
)
_DO_I_HAVE = r"(?: (?:do (?:i|we) have|are there|have (?:i|we)(?: got)?))?"
_HOW = (
    r"(?:how(?: is|'s)|what(?: is|'s) the (?:status|state) of|(?:the )?status of|show(?: me)?|get) "
    + _THE
)
_DOING = r"(?: (?:doing|going|getting on|coming along))?"

_CAMPAIGN = "@campaign"
"""Stands in a pattern for a campaign: its name after the word, or else before it."""
_CAMPAIGN_FORMS = (
    r"campaign(?: (?:called|named))? (?P<campaign>.+?)",
    r"(?P<campaign>.+?) campaign",
)


def _sentence(tool: str, pattern: str, example: str) -> list[_Sentence]:
    forms = _CAMPAIGN_FORMS if _CAMPAIGN in pattern else ("",)
    return [
        _Sentence(tool, re.compile(pattern.replace(_CAMPAIGN, form), re.IGNORECASE), example)
        for form in forms
    ]


_SENTENCES = (
    *_sentence(
        "list_campaigns",
        rf"{_MY}(?:(?P<status>draft|generating|live|failed|archived) )?campaigns{_DO_I_HAVE}",
        "List my campaigns",
    ),
    *_sentence(
        "list_runs",
        rf"{_MY}(?:(?P<status>queued|running|completed|failed|cancelled) )?runs{_DO_I_HAVE}",
        "List the failed runs",
    ),
    *_sentence("list_projects", rf"{_MY}projects{_DO_I_HAVE}", "List my projects"),
    *_sentence("list_experiences", rf"{_MY}experiences{_DO_I_HAVE}", "List my experiences"),
    *_sentence("get_run", rf"(?:{_HOW})?run (?P<runId>\S+){_DOING}", "How is run ID?"),
    *_sentence(
        "count_guests_today",
        r"(?:how many )?(?:new )?(?:guests|visitors|people|sessions|visits)"
        r"(?: (?:are|were|came|come|have come|did we have|do we have|have we had|visited)"
        r"(?: there| here| in)?)?(?: so far)? today"
        r"(?: (?:at|in|for|of) (?:the )?(?:project )?(?P<project>.+))?",
        "How many guests today?",
    ),
    *_sentence(
        "get_campaign_funnel",
        r"how many (?:people )?(?:plays|played|players|wins|won|winners|redeemed|prizes)"
        rf"(?: (?:are|were|has|have|did|does|there|of|in|for|at))* {_THE}{_CAMPAIGN}"
        r"(?: (?:have|get|got|had))?",
        "How many plays has the campaign NAME?",
    ),
    *_sentence("get_campaign", rf"{_HOW}{_CAMPAIGN}{_DOING}", "How is the campaign NAME?"),
    *_sentence(
        "generate_campaign",
        rf"(?:generate|build|rebuild|regenerate) {_THE}{_CAMPAIGN}",
        "Generate the campaign NAME",
    ),
    *_sentence(
        "create_campaign",
        rf"(?:create|make|add|start) {_THE}(?:new )?campaign(?: (?:called|named))? (?P<name>.+)",
        "Create a campaign called NAME",
    ),
    *_sentence(
        "archive_campaign",
        rf"(?:archive|take off|take down) {_THE}{_CAMPAIGN}",
        "Archive the campaign NAME",
    ),
    *_sentence("cancel_run", rf"(?:cancel|stop) {_THE}run (?P<runId>\S+)", "Cancel run ID"),
)

_POLITE = re.compile(
    r"(?:(?:please|hey|hi|hello|ok|okay|now|and|then)[ ,!]+"
    r"|(?:can|could|would|will) you (?:please )?|i(?: would|'d) like (?:you )?to |i want to )+",
    re.IGNORECASE,
)
_QUOTES = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"


def _plain(said: str) -> str:
    """A sentence with single spaces, without politeness and without the mark that ends it."""
    text = " ".join(said.replace("\u2019", "'").split())
    text = _POLITE.sub("", text, count=1) if _POLITE.match(text) else text
    text = re.sub(r"[ ,]+please[ .!?\u2026]*$", "", text, flags=re.IGNORECASE)
    return text.rstrip(" .!?\u2026")


def _name(text: str) -> str:
    """A name without the quotes around it."""
    return text.strip().strip(_QUOTES).strip()


def _help(said: str, offered: set[str]) -> str:
    examples = dict.fromkeys(each.example for each in _SENTENCES if each.tool in offered)
    opening = _pick(
        said,
        "I understand a few sentences only.",
        "That is not one of the sentences that I understand.",
        "I am the local model, and know these sentences.",
    )
    if not examples:
        return f"{opening} No tool is at hand for any of them."
    return f"{opening} Ask me:\n" + "\n".join(f"- {each}" for each in examples)


def _pick(seed: str, *choices: str) -> str:
    return choices[hashlib.sha256(seed.encode()).digest()[0] % len(choices)]


def _describe(tool: str, data: Any, said: str) -> str:
    """What a tool found, in a sentence or a list."""
    if not isinstance(data, dict):
        return "I got no result that I can read."
    if isinstance(data.get("error"), str):
        opening = _pick(said, "That did not work", "I could not do that")
        return f"{opening}: {_shown(data.get('message'))}"
    if isinstance(proposal := data.get("proposal"), dict):
        summary = _shown(proposal.get("summary"), 400)
        return (
            f"{summary}\n{_pick(said, 'Shall I? Please confirm.', 'Please confirm, and I do it.')}"
        )
    return _DESCRIPTIONS.get(tool, _describe_anything)(data, said)


def _shown(value: Any, length: int = MAX_SHOWN_CHARACTERS) -> str:
    """A value on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= length else text[: length - 1] + "\u2026"


def _quoted(value: Any) -> str:
    return f"\u201c{_shown(value)}\u201d"


def _count(number: Any, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(data: Data, name: str, said: str, line: Callable[[Data], str]) -> str:
    items = [each for each in data.get(name) or [] if isinstance(each, dict)]
    if not items:
        return _pick(said, f"There are no {name}.", f"I found no {name}.", f"No {name} yet.")
    shown = items[:MAX_SHOWN_ITEMS]
    has_more = data.get("more") or len(items) > len(shown)
    opening = _pick(said, "Here you are", "This is what I found", "I found")
    counted = _count(len(shown), name.removesuffix("s"))
    lines = [f"- {line(each)}" for each in shown]
    return "\n".join(
        [f"{opening}: {counted}{', the first ones' if has_more else ''}.", *lines]
        + (["and more."] if has_more else [])
    )


def _describe_campaigns(data: Data, said: str) -> str:
    return _listed(
        data, "campaigns", said, lambda each: f"{_quoted(each.get('name'))} is {each.get('status')}"
    )


def _describe_runs(data: Data, said: str) -> str:
    return _listed(
        data,
        "runs",
        said,
        lambda each: (
            f"{_shown(each.get('id'))} of {_shown(each.get('workflow'))} is {each.get('status')}"
        ),
    )


def _describe_projects(data: Data, said: str) -> str:
    return _listed(
        data, "projects", said, lambda each: f"{_quoted(each.get('name'))} is {each.get('status')}"
    )


def _describe_experiences(data: Data, said: str) -> str:
    return _listed(data, "experiences", said, lambda each: _quoted(each.get("name")))


def _describe_campaign(data: Data, _: str) -> str:
    text = f"The campaign {_quoted(data.get('name'))} is {data.get('status')}"
    prizes = data.get("prizes") or []
    text += f", version {data.get('version')}"
    text += f", with {_count(len(prizes), 'prize')}." if prizes else "."
    if data.get("buildingRun"):
        text += f" The run {_shown(data['buildingRun'])} builds it."
    return text


def _describe_funnel(data: Data, _: str) -> str:
    return (
        f"In the last {_count(data.get('days'), 'day')} the campaign {_quoted(data.get('name'))}"
        f" had {_count(data.get('played'), 'play')}: {data.get('won')} won,"
        f" {data.get('redeemed')} redeemed, {data.get('voided')} voided."
    )


def _describe_run(data: Data, _: str) -> str:
    steps = [each for each in data.get("steps") or [] if isinstance(each, dict)]
    done = sum(each.get("status") in ("completed", "skipped") for each in steps)
    text = f"The run {_shown(data.get('id'))} of {_shown(data.get('workflow'))}"
    text += f" is {data.get('status')}"
    text += f": {done} of {_count(len(steps), 'step')} done." if steps else "."
    if isinstance(error := data.get("error"), dict):
        text += f" It failed with {_shown(error.get('code'))}: {_shown(error.get('message'))}"
    return text


_GUESTS = (("newGuests", "new guest"), ("sessions", "session"))


def _describe_guests(data: Data, said: str) -> str:
    guests, sessions = (_count(data.get(each), noun) for each, noun in _GUESTS)
    total = f"{guests} and {sessions} today ({data.get('day')}, {data.get('timeZone')})."
    listed = [*(data.get("projects") or []), *(data.get("events") or [])]
    visited = [each for each in listed if isinstance(each, dict)]
    lines = [
        f"- {_quoted(each.get('name'))}: {_count(each.get('newGuests'), 'new guest')},"
        f" {_count(each.get('sessions'), 'session')}"
        for each in visited[:MAX_SHOWN_ITEMS]
        if len(visited) > 1
    ]
    return "\n".join([f"{_pick(said, 'So far', 'I count', 'There are')}: {total}", *lines])


def _describe_anything(data: Data, _: str) -> str:
    facts = [
        f"{_shown(name)}: {_shown(value)}"
        for name, value in data.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    return "I found this. " + ", ".join(facts[:MAX_SHOWN_ITEMS]) if facts else "I found nothing."


_DESCRIPTIONS: dict[str, Callable[[Data, str], str]] = {
    "list_campaigns": _describe_campaigns,
    "list_runs": _describe_runs,
    "list_projects": _describe_projects,
    "list_experiences": _describe_experiences,
    "get_campaign": _describe_campaign,
    "get_campaign_funnel": _describe_funnel,
    "get_run": _describe_run,
    "count_guests_today": _describe_guests,
}
