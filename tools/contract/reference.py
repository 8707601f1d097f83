"""The pages of `docs/reference`, made of the models and of one recorded run."""

import json
import re
import shutil
from typing import Any

import experience
from experience import DOMAINS
from experience.reasons import EVERYWHERE, Reason
from tools import ROOT
from tools.contract import catalogue, schema, sequences, shapes
from tools.contract.catalogue import DOCUMENTS, Callable
from tools.contract.shapes import Json

FOLDER = ROOT / "docs" / "reference"
EXAMPLES = FOLDER / "examples.json"

NOTE = "<!-- Written by `make reference`. Do not edit. -->"


def write(recorded: Json) -> None:
    """Bring everything up to date with this run."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    sequences.FOLDER.mkdir(parents=True)
    EXAMPLES.write_text(text_of(recorded))
    for name, text in pages(recorded).items():
        (FOLDER / name).write_text(text)


def text_of(recorded: Json) -> str:
    """A recorded run as it is committed."""
    return json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"


def pages(recorded: Json) -> dict[str, str]:
    """Every file of the folder but the recorded run, by name."""
    definitions = schema.build()["$defs"]
    functions = catalogue.callables()
    domains = [domain for domain in DOMAINS if any(each.domain == domain for each in functions)]
    found = {
        "README.md": _index(functions, domains),
        "errors.md": _errors(functions),
        "types.md": _types(definitions),
        "bad-input.md": _bad_input(recorded["mistakes"]),
        "phases.md": _phases(),
    }
    for domain in domains:
        own = [each for each in functions if each.domain == domain]
        found[f"{domain}.md"] = _domain(domain, own, definitions, recorded["calls"])
    found |= {f"pictures/{name}": text for name, text in sequences.pages().items()}
    return found


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


def _index(functions: list[Callable], domains: list[str]) -> str:
    rows = []
    for domain in domains:
        for each in functions:
            if each.domain == domain:
                rows.append(f"| [`{each.name}`]({_link(each)}) | {each.purpose} |")
    listened = [
        f"| `/{each.path}` | [{each.model.__name__}](types.md#{each.model.__name__.lower()}) "
        f"| {each.who} |"
        for each in DOCUMENTS
    ]
    return _page(
        "Reference",
        "Every callable with its request, its answer, its refusals and an example. How they are "
        "called, and what they have in common, is on the page on [callables](../callables.md).",
        "- [What each kind of bad input gets](bad-input.md)\n"
        "- [Reasons of refusals](errors.md)\n"
        "- [Types](types.md) of requests, answers and documents\n"
        "- [The four phases in pictures](phases.md)",
        "## Callables",
        "\n".join(["| callable | does |", "|---|---|", *rows]),
        "## Documents to listen to",
        "\n".join(["| path | holds | for |", "|---|---|---|", *listened]),
        "## The typed client",
        "`web/client` has all of it as TypeScript: a function per callable, the types of what goes "
        "in and comes out, and errors whose `reason` tells TypeScript their `details`. A page of "
        "your own takes it with `npm install PATH/web/client`, once `make up` was here; it is "
        "source, for a bundler such as Vite.",
        "```ts\n"
        'import { createClient, paths, RuntimeError } from "experience-client";\n\n'
        "const client = createClient(getFunctions(app));\n"
        "try {\n"
        "  const { session, steps } = await client.createSession({\n"
        '    projectId, experienceId, mode: "guest", configSource: "published",\n'
        "  });\n"
        "  onSnapshot(doc(db, paths.session(projectId, session.id)), show);\n"
        "} catch (error) {\n"
        '  if (error instanceof RuntimeError && error.is("consent_required")) {\n'
        "    askForConsent(error.details.version);\n"
        "  }\n"
        "}\n"
        "```",
        "A call that may well succeed a moment later (`aborted`, `unavailable`, "
        "`deadline-exceeded`, `internal`, no network) is made up to four times, after pauses of "
        "chance length: every callable is safe to repeat, and a `startRun` without a `requestId` "
        "is given one. `createClient(functions, {attempts: 1})` never repeats.",
    )


def _link(function: Callable) -> str:
    return f"{function.domain}.md#{function.name.lower()}"


def _domain(
    domain: str, functions: list[Callable], definitions: Json, calls: dict[str, Any]
) -> str:
    told = re.search(rf"^    {domain} +(.+)$", experience.__doc__ or "", re.MULTILINE)
    parts = [f"{told[1][0].upper()}{told[1][1:]}." if told else ""]
    for each in functions:
        parts += _callable(each, definitions, calls)
    return _page(domain.capitalize(), *parts)


def _callable(function: Callable, definitions: Json, calls: dict[str, Any]) -> list[str]:
    request = definitions[function.request.__name__]
    answer = _answer_name(function, definitions)
    parts = [f"## {function.name}", function.purpose]
    if request["description"] != function.purpose:
        parts.append(request["description"])
    parts += [
        "\n".join(shapes.fields(request, sent=True)),
        f"Answers [{answer}](types.md#{answer.lower()}).",
        "\n".join(_refusals(function.refuses)),
    ]
    made = calls[function.name]
    sent = json.dumps(made["request"], indent=2, ensure_ascii=False)
    came = json.dumps(made["answer"], indent=2, ensure_ascii=False)
    parts.append(
        f"<details>\n<summary>Example, as {made['as']}</summary>\n\n"
        f"```js\nawait client.{function.name}({sent});\n```\n\n```json\n{came}\n```\n\n</details>"
    )
    return parts


def _answer_name(function: Callable, definitions: Json) -> str:
    reference = definitions["Callables"]["properties"][function.name]["properties"]["answer"]
    return str(reference["$ref"]).rsplit("/", 1)[1]


def _refusals(reasons: tuple[Reason, ...]) -> list[str]:
    """Beside those that all callables share."""
    rows = [
        f"| [`{each.word}`](errors.md#reasons) | `{each.kind.code}` | {each.when} |"
        for each in reasons
    ]
    return ["| refused as | code | when |", "|---|---|---|", *rows]


def _errors(functions: list[Callable]) -> str:
    shared = [f"| `{each.word}` | `{each.kind.code}` | {each.when} |" for each in EVERYWHERE]
    rows = []
    for each in catalogue.all_reasons():
        if each in EVERYWHERE:
            continue
        by = ", ".join(f"[{f.name}]({_link(f)})" for f in functions if each in f.refuses)
        carried = ", ".join(f"`{name}`" for name in each.carries)
        rows.append(f"| `{each.word}` | `{each.kind.code}` | {each.when} | {carried} | {by} |")
    return _page(
        "Reasons of refusals",
        "`details.reason` is a stable word that clients may switch on; messages may change.",
        "## Shared by all callables",
        "\n".join(["| reason | code | when |", "|---|---|---|", *shared]),
        "`issues` is a list of `{path, message}`, one for each wrong place of the request, such as "
        "`answers[0].value`.",
        "## Reasons",
        "\n".join(
            ["| reason | code | when | also in `details` | by |", "|---|---|---|---|---|", *rows]
        ),
    )


def _types(definitions: Json) -> str:
    requests = {each.request.__name__ for each in catalogue.callables()}
    parts = []
    for name, body in definitions.items():
        if name in requests | {"Callables", "Documents", "Reasons"}:
            continue
        parts.append(f"## {name}")
        if "description" in body:
            parts.append(body["description"])
        if "properties" in body or body.get("type") == "object":
            parts.append("\n".join(shapes.fields(body, sent=False)))
        else:
            parts.append(f"One of: {shapes.kind(body)}")
    return _page(
        "Types",
        "What requests, answers and documents are made of. `?` marks what may be left out. Times "
        "are Unix milliseconds. Documents may hold fields that are not listed here; requests must "
        "not. Of a step whose type is newer than the functions only `id`, `type` and `title` come.",
        *parts,
    )


def _bad_input(made: list[Json]) -> str:
    parts = []
    group = ""
    for each in made:
        if each["group"] != group:
            group = each["group"]
            parts.append(
                f"## {group}\n\n| what is wrong | in the call | what comes back |\n|---|---|---|"
            )
        parts[-1] += f"\n| {each['told']} | {_sent(each)} | {_came(each)} |"
    return _page(
        "What each kind of bad input gets",
        "Each of these was sent to the running functions, and this is what they said. Of each "
        "request only the wrong part is shown; the rest of it was right. It comes from "
        "[a guest](phases.md) unless another caller is named: an operator is the workspace's "
        "owner, a viewer its member, a stranger neither.",
        *parts,
    )


def _sent(made: Json) -> str:
    who = "" if made["as"] == "guest" else f" by {_article(made['as'])}"
    if "body" in made:
        shown = f"`{made['body']}`"
    elif "wrong" in made:
        shown = f"`{_in_short(made['wrong'])}`"
    else:
        shown = ""
    left_out = "".join(f" without `{name}`" for name in made.get("without", ()))
    return f"`{made['call']}`{who}{left_out}" + (f"<br>{shown}" if shown else "")


def _article(who: str) -> str:
    return who if who == "nobody" else f"an {who}" if who[0] in "aeiou" else f"a {who}"


def _in_short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 140 else f"{text[:60]}…{text[-20:]}"


def _came(made: Json) -> str:
    details = dict(made["details"])
    reason, issues = details.pop("reason"), details.pop("issues", [])
    lines = [f"`{made['code']}` `{reason}`"]
    lines += [f"`{name}`: `{json.dumps(value)}`" for name, value in details.items()]
    for issue in issues:
        place = f"`{issue['path']}`: " if issue["path"] else ""
        lines.append(f"{place}{issue['message']}".replace("|", "\\|"))
    return "<br>".join(lines)


def _phases() -> str:
    parts = []
    for picture in sequences.PICTURES:
        parts += [f"## {picture.title}", f"![{picture.title}](pictures/{picture.name}.svg)"]
    return _page(
        "The four phases in pictures",
        "From top to bottom: which callable the page calls, what that writes, which trigger "
        "reacts, and which listener hears of it. Pregate and preshare are left out where a project "
        "has none, or the guest has been through them.",
        *parts,
    )
