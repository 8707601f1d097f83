"""The pages of `docs/reference`, generated from the models and one recorded run."""

import json
import re
import shutil
from typing import Any

import experience
from experience import DOMAINS
from experience.errors import Reason
from experience.reasons import EVERYWHERE
from tools import ROOT
from tools.contract import declarations, diagrams, schema, schema_tables
from tools.contract.declarations import DOCUMENTS, DeclaredCallable
from tools.contract.schema_tables import Json

FOLDER = ROOT / "docs" / "reference"
EXAMPLES = FOLDER / "examples.json"

NOTE = "<!-- Written by `make reference`. Do not edit. -->"


def write(recorded: Json) -> None:
    """Write every page and this run in place of what is there."""
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True)
    EXAMPLES.write_text(text_of(recorded))
    for name, text in pages(recorded).items():
        (FOLDER / name).write_text(text)


def text_of(recorded: Json) -> str:
    """A recorded run as the text that is committed."""
    return json.dumps(recorded, indent=1, ensure_ascii=False) + "\n"


def pages(recorded: Json) -> dict[str, str]:
    """Every file of the folder except the recorded run, by name."""
    definitions = schema.build()["$defs"]
    functions = declarations.callables()
    domains = [domain for domain in DOMAINS if any(each.domain == domain for each in functions)]
    found = {
        "README.md": _index(functions, domains),
        "errors.md": _errors(functions),
        "types.md": _types(definitions),
        "bad-input.md": _bad_input(recorded["badInput"]),
        "phases.md": _phases(recorded["visit"]),
    }
    for domain in domains:
        own = [each for each in functions if each.domain == domain]
        found[f"{domain}.md"] = _domain(domain, own, definitions, recorded["calls"])
    return found


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


def _index(functions: list[DeclaredCallable], domains: list[str]) -> str:
    rows = []
    for domain in domains:
        for each in functions:
            if each.domain == domain:
                rows.append(f"| [`{each.name}`]({_link(each)}) | {each.purpose} |")
    listened = [
        f"| `/{each.path}` | [{each.model.__name__}](types.md#{each.model.__name__.lower()}) "
        f"| {each.readers} |"
        for each in DOCUMENTS
    ]
    return _page(
        "Reference",
        "Every callable with its request, its response, its refusals and an example. How to call "
        "them, and what they have in common, is on the page on [callables](../callables.md).",
        "- [Errors for each kind of bad input](bad-input.md)\n"
        "- [Reasons for refusals](errors.md)\n"
        "- [Types](types.md) of requests, responses and documents\n"
        "- [The four phases as sequence diagrams](phases.md)",
        "## Callables",
        "\n".join(["| callable | does |", "|---|---|", *rows]),
        "## Documents to listen to",
        "\n".join(["| path | type | readable by |", "|---|---|---|", *listened]),
        "## The typed client",
        "`web/client` is the same contract in TypeScript: a function per callable, the types of "
        "its request and response, and errors whose `reason` types their `details`. "
        "Add it to your own page with `npm install PATH/web/client`, after `make up` has run once. "
        "It is source code for a bundler such as Vite.",
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
        "The client retries a call that may succeed a moment later (`aborted`, `unavailable`, "
        "`deadline-exceeded`, `internal`, no network), up to four attempts with random pauses. "
        "Every callable is safe to repeat, and the client adds a `requestId` to a `startRun` "
        "without one. `createClient(functions, {attempts: 1})` never retries.",
        "A callable that [streams](../callables.md#streaming) has `stream` too, which is never "
        "retried:",
        "```ts\n"
        'const request = { workspaceId, content: "How many guests today?" };\n'
        "const { stream, data } = await client.sendChatMessage.stream(request);\n"
        "for await (const { delta } of stream) append(delta);\n"
        "const { assistantMessage } = await data;\n"
        "```",
    )


def _link(function: DeclaredCallable) -> str:
    return f"{function.domain}.md#{function.name.lower()}"


def _domain(
    domain: str, functions: list[DeclaredCallable], definitions: Json, calls: dict[str, Any]
) -> str:
    summary = re.search(rf"^    {domain} +(.+)$", experience.__doc__ or "", re.MULTILINE)
    parts = [f"{summary[1][0].upper()}{summary[1][1:]}." if summary else ""]
    for each in functions:
        parts += _callable(each, definitions, calls)
    return _page(domain.replace("_", " ").capitalize(), *parts)


def _callable(function: DeclaredCallable, definitions: Json, calls: dict[str, Any]) -> list[str]:
    request = definitions[function.request.__name__]
    response = _type_name(function, "response", definitions)
    parts = [f"## {function.name}", function.purpose]
    if request["description"] != function.purpose:
        parts.append(request["description"])
    parts += [
        "\n".join(schema_tables.fields(request, is_request=True)),
        f"Returns [{response}](types.md#{response.lower()}).{_streams(function, definitions)}",
        "\n".join(_refusals(function.refuses)),
    ]
    example = calls[function.name]
    sent = json.dumps(example["request"], indent=2, ensure_ascii=False)
    returned = json.dumps(example["response"], indent=2, ensure_ascii=False)
    parts.append(
        f"<details>\n<summary>Example, as {example['as']}</summary>\n\n"
        f"```js\nawait client.{function.name}({sent});\n```\n\n"
        f"```json\n{returned}\n```\n\n</details>"
    )
    return parts


def _streams(function: DeclaredCallable, definitions: Json) -> str:
    if not function.chunk:
        return ""
    chunk = _type_name(function, "chunk", definitions)
    return f" [Streams](../callables.md#streaming) [{chunk}](types.md#{chunk.lower()}) before that."


def _type_name(function: DeclaredCallable, part: str, definitions: Json) -> str:
    reference = definitions["Callables"]["properties"][function.name]["properties"][part]
    return str(reference["$ref"]).rsplit("/", 1)[1]


def _refusals(reasons: tuple[Reason, ...]) -> list[str]:
    """The refusals of a callable, without those that all callables share."""
    rows = [
        f"| [`{each.word}`](errors.md#reasons) | `{each.kind.code}` | {each.when} |"
        for each in reasons
    ]
    return ["| reason | code | when |", "|---|---|---|", *rows]


def _errors(functions: list[DeclaredCallable]) -> str:
    shared = [f"| `{each.word}` | `{each.kind.code}` | {each.when} |" for each in EVERYWHERE]
    rows = []
    for each in declarations.all_reasons():
        if each in EVERYWHERE:
            continue
        by = ", ".join(f"[{f.name}]({_link(f)})" for f in functions if each in f.refuses)
        carried = ", ".join(f"`{name}`" for name in each.carries)
        rows.append(f"| `{each.word}` | `{each.kind.code}` | {each.when} | {carried} | {by} |")
    return _page(
        "Reasons for refusals",
        "`details.reason` is stable, so clients may switch on it. Messages may change.",
        "## Shared by all callables",
        "\n".join(["| reason | code | when |", "|---|---|---|", *shared]),
        "`issues` is a list of `{path, message}`, one for each invalid value of the request. A "
        "path looks like `answers[0].value`.",
        "## Reasons",
        "\n".join(
            [
                "| reason | code | when | also in `details` | callables |",
                "|---|---|---|---|---|",
                *rows,
            ]
        ),
    )


def _types(definitions: Json) -> str:
    requests = {each.request.__name__ for each in declarations.callables()}
    parts = []
    for name, body in definitions.items():
        if name in requests | {"Callables", "Documents", "Reasons"}:
            continue
        parts.append(f"## {name}")
        if "description" in body:
            parts.append(body["description"])
        if "properties" in body or body.get("type") == "object":
            parts.append("\n".join(schema_tables.fields(body, is_request=False)))
        else:
            parts.append(f"One of: {schema_tables.kind(body)}")
    return _page(
        "Types",
        "The types in requests, responses and documents. `?` marks an optional field. Times are "
        "Unix milliseconds. Documents may have fields that are not listed here, requests must "
        "not. A step of a type that the functions do not know has only `id`, `type` and `title`.",
        *parts,
    )


def _bad_input(cases: list[Json]) -> str:
    parts = []
    group = ""
    for each in cases:
        if each["group"] != group:
            group = each["group"]
            parts.append(f"## {group}\n\n| bad input | call | error |\n|---|---|---|")
        parts[-1] += f"\n| {each['what']} | {_sent(each)} | {_error(each)} |"
    return _page(
        "Errors for each kind of bad input",
        "Each request was sent to the running functions, and the table shows the error. Only the "
        "invalid part of a request is shown, the rest is valid. The caller is [a guest](phases.md) "
        "unless another is named: an operator is an owner of the workspace, a viewer is a member, "
        "a stranger is neither.",
        *parts,
    )


def _sent(case: Json) -> str:
    caller = "" if case["as"] == "guest" else f" by {_with_article(case['as'])}"
    if "body" in case:
        shown = f"`{case['body']}`"
    elif "wrong" in case:
        shown = f"`{_shortened(case['wrong'])}`"
    else:
        shown = ""
    left_out = "".join(f" without `{name}`" for name in case.get("without", ()))
    return f"`{case['call']}`{caller}{left_out}" + (f"<br>{shown}" if shown else "")


def _with_article(caller: str) -> str:
    if caller == "nobody":
        return caller
    return f"an {caller}" if caller[0] in "aeiou" else f"a {caller}"


def _shortened(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 140 else f"{text[:60]}…{text[-20:]}"


def _error(case: Json) -> str:
    details = dict(case["details"])
    reason, issues = details.pop("reason"), details.pop("issues", [])
    lines = [f"`{case['code']}` `{reason}`"]
    lines += [f"`{name}`: `{json.dumps(value)}`" for name, value in details.items()]
    for issue in issues:
        place = f"`{issue['path']}`: " if issue["path"] else ""
        lines.append(f"{place}{issue['message']}".replace("|", "\\|"))
    return "<br>".join(lines)


def _phases(visit: list[Json]) -> str:
    parts = []
    for phase, title in diagrams.TITLES.items():
        parts += [f"## {title}", f"```mermaid\n{diagrams.sequence(phase, visit)}\n```"]
    return _page(
        "The four phases as sequence diagrams",
        "The diagrams are generated from a recorded visit. They show which callables the page "
        "calls, which functions write as a result, and which documents a listener sees change. "
        "Solid arrows are calls, writes and transfers, dashed arrows are responses and what a "
        "listener receives. An open arrowhead means that the sender does not wait.",
        "A guest skips pregate and preshare if the project has none, or if they have been through "
        "them before.",
        *parts,
    )
