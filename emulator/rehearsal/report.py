"""The report of a rehearsal: one HTML page with everything in it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from html import escape

from emulator.rehearsal.charts import Line, chart, ranges, table
from emulator.rehearsal.evening import percentile
from emulator.rehearsal.record import Record, Seen
from emulator.rehearsal.rehearsal import Outcome

BUCKETS = 40
SHARES = (0.5, 0.95, 0.99)
MAX_ROWS = 10

STYLE = """
:root { color-scheme: light dark; --ink: #1c2128; --paper: #fff; --faint: #d8dee4; --bar: #9ec5f4;
  --one: #0550ae; --two: #bc4c00; --three: #6639ba; --bad: #b3261e; --good: #116329 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #30363d;
  --bar: #1f4f86; --one: #79c0ff; --two: #ffa657; --three: #d2a8ff; --bad: #ff8a80;
  --good: #7ee787 } }
body { font: 14px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1080px; margin: 0 auto; padding: 16px }
h1 { font-size: 22px; margin: 0 } h2 { font-size: 15px; margin: 16px 0 4px }
main { columns: 2 420px; column-gap: 28px } section { break-inside: avoid }
figure { margin: 0 } figcaption ul { display: inline; padding: 0 }
figcaption li { display: inline; margin-left: 14px; white-space: nowrap }
svg { max-width: 100%; height: auto } figure > svg { width: 100% }
text { font-size: 11px; fill: var(--ink) } .grid { stroke: var(--faint) }
polyline { fill: none; stroke-width: 2 } .bar { fill: var(--bar) }
.one { stroke: var(--one) } .two { stroke: var(--two); stroke-dasharray: 6 3 }
.three { stroke: var(--three); stroke-dasharray: 2 3 }
.p95 { stroke: var(--two); stroke-width: 4 } .p99 { stroke: var(--three); stroke-width: 2 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 12px; width: 100% }
caption { text-align: left; padding: 4px 0 } th { text-align: left; font-weight: normal }
thead * { border-bottom: 1px solid var(--faint) } td { text-align: right }
th:not(:first-child) { text-align: right } td, th { padding: 1px 6px 1px 0 }
.good { color: var(--good); font-weight: bold } .bad { color: var(--bad); font-weight: bold }
pre { white-space: pre-wrap; font-size: 12px; margin: 4px 0 } p { margin: 4px 0 }
dl { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 8px 0 } dt { font-size: 12px }
dd { margin: 0; font-size: 18px }
"""


def page(outcome: Outcome) -> str:
    """The whole page."""
    sections = (
        ("Guests", _guests(outcome)),
        ("Queue depth", _queues(outcome.record)),
        ("Latency", _latency(outcome.record)),
        ("Latency by callable", _callables(outcome.record.requests)),
        ("Errors by reason", _errors(outcome)),
        ("Cost", _cost(outcome)),
        ("Invariants", _invariants(outcome)),
        ("How it was played", _setting(outcome)),
    )
    body = "".join(f"<section><h2>{name}</h2>{content}</section>" for name, content in sections)
    ended = "good" if outcome.succeeded else "bad"
    words = "It held" if outcome.succeeded else "It did not hold"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Rehearsal: {words}</title><style>{STYLE}</style></head><body><header>"
        f'<h1>A rehearsed evening: <span class="{ended}">{words}</span></h1>{_summary(outcome)}'
        f"</header><main>{body}</main></body></html>\n"
    )


def _summary(outcome: Outcome) -> str:
    took = [seen.seconds for seen in outcome.record.requests if seen.reason == "ok"]
    shown = {
        "guests": f"{len(outcome.plans)}",
        "arrived within": f"{outcome.seconds:.0f} s",
        "requests": f"{len(outcome.record.requests):,}",
        "median, p95": " and ".join(
            f"{percentile(took, share) * 1000:.0f} ms" for share in SHARES[:2]
        ),
        "until the picture, p95": f"{percentile(outcome.record.pictures, 0.95):.1f} s",
        "answered internal": str(outcome.bugs),
        "invariants": "hold" if outcome.holds else "broken",
        "a guest costs": f"${_dollars(outcome) / len(outcome.plans):.6f}",
    }
    terms = (f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in shown.items())
    return f"<dl>{''.join(terms)}</dl>"


def _guests(outcome: Outcome) -> str:
    record = outcome.record
    width = max(outcome.seconds, record.arrivals[-1] if record.arrivals else 0) / BUCKETS
    counts = Counter(int(at / width) for at in record.arrivals)
    bars = [((bucket + 0.5) * width, float(counts[bucket])) for bucket in range(BUCKETS)]
    present = [(depth.at, float(depth.guests)) for depth in record.depths]
    peak = max((count for _, count in present), default=0)
    words = f"{len(record.arrivals)} guests came; at most {peak:.0f} were there at once."
    drawn = chart(
        f"Bars: guests who came within {width:.1f} s. {words}",
        words,
        [Line("guests present", "one", present)],
        bars,
    )
    kinds = Counter(plan.kind for plan in outcome.plans)
    played = [(f"plays: {kind}", count) for kind, count in sorted(kinds.items())]
    ends = [(how, count) for how, count in record.ends.most_common()]
    return drawn + table("What they did, and how visits ended", ("", "guests"), [*played, *ends])


def _queues(record: Record) -> str:
    kinds = (
        ("events", "one", [(depth.at, float(depth.events)) for depth in record.depths]),
        ("tasks that are due", "two", [(depth.at, float(depth.tasks)) for depth in record.depths]),
        (
            "tasks that wait for their time",
            "three",
            [(depth.at, float(depth.scheduled)) for depth in record.depths],
        ),
    )
    peaks = ", ".join(f"{name} {max((y for _, y in at), default=0):.0f}" for name, _, at in kinds)
    words = f"The deepest: {peaks}."
    return chart(words, words, [Line(*kind) for kind in kinds])


def _latency(record: Record) -> str:
    answered = [seen for seen in record.requests if seen.reason == "ok"]
    width = (max((seen.at for seen in answered), default=0) or 1) / BUCKETS
    buckets: dict[int, list[float]] = defaultdict(list)
    for seen in answered:
        buckets[int(seen.at / width)].append(seen.seconds * 1000)
    lines = [
        Line(
            f"p{share * 100:.0f}",
            kind,
            [((b + 0.5) * width, percentile(buckets[b], share)) for b in sorted(buckets)],
        )
        for share, kind in zip(SHARES, ("one", "two", "three"), strict=True)
    ]
    worst = max((percentile(each, 0.95) for each in buckets.values()), default=0)
    words = f"Milliseconds of all answered requests; p95 of the slowest moment: {worst:.0f} ms."
    return chart(words, words, lines) + table(
        "Until the picture was shown",
        ("", "guests", "p50", "p95", "longest"),
        [
            (
                "of those who saw it within two minutes",
                len(record.pictures),
                *(f"{percentile(record.pictures, share):.1f} s" for share in (0.5, 0.95, 1)),
            )
        ],
    )


def _callables(requests: Sequence[Seen]) -> str:
    took: dict[str, list[float]] = defaultdict(list)
    for seen in requests:
        if seen.reason == "ok":
            took[seen.name].append(seen.seconds)
    names = sorted(took, key=lambda name: -percentile(took[name], 0.95))
    rows: list[tuple[str, int, int, int]] = []
    for name in names:
        half, most, worst = (round(percentile(took[name], share) * 1000) for share in SHARES)
        rows.append((name, half, most, worst))
    slowest = f"{rows[0][0]}, p95 {rows[0][2]} ms" if rows else "none"
    drawn = ranges(
        rows,
        f"Milliseconds: bars to the median, lines to p95 and p99. The slowest: {slowest}.",
    )
    counted = [(name, len(took[name]), *rest) for name, *rest in rows]
    numbers = table("Milliseconds", ("", "answered", "p50", "p95", "p99"), counted)
    return f"{drawn}<details><summary>In numbers</summary>{numbers}</details>"


def _errors(outcome: Outcome) -> str:
    asked = Counter((seen.name, seen.reason) for seen in outcome.record.requests)
    answered = [
        (f"{name}: {reason}", count)
        for (name, reason), count in asked.most_common()
        if reason != "ok"
    ]
    inside = [
        (f"{function}: {reason}", count)
        for (kind, function, reason), count in sorted(outcome.log.ends.items())
        if kind != "call" and reason != "ok"
    ]
    logged = [
        (f"{function}: {message}", count)
        for (function, message), count in sorted(outcome.log.errors.items())
    ]
    return (
        table("What guests were answered (pages repeat most of it)", ("", "times"), answered)
        + table("Events, tasks and schedules that did not end ok", ("", "times"), inside)
        + table("Lines of severity ERROR in the log", ("", "times"), logged)
    )


def _dollars(outcome: Outcome) -> float:
    return float(outcome.meter["total"]["dollars"])


def _cost(outcome: Outcome) -> str:
    total, functions = outcome.meter["total"], outcome.meter["functions"]
    names = sorted(functions, key=lambda name: -functions[name]["dollars"])[:MAX_ROWS]
    counted = ("invocations", "reads", "writes", "deletes")
    rows = [
        (name, *(int(used[kind]) for kind in counted), f"{used['dollars'] * 1000:.3f}")
        for name, used in [*((name, functions[name]) for name in names), ("all", total)]
    ]
    dollars = _dollars(outcome)
    more = f", the {MAX_ROWS} dearest functions" if len(functions) > MAX_ROWS else ""
    return (
        f"<p>${dollars:.4f} for the evening, ${dollars / len(outcome.plans):.6f} for a guest:"
        f" {int(total['tasks']):,} tasks and {int(total['storageClassA']):,} storage operations of"
        " class A are in it; time of processors, traffic and log lines are not.</p>"
        + table(
            f"List prices in thousandths of a dollar{more}", ("", "calls", *counted[1:], "m$"), rows
        )
    )


def _invariants(outcome: Outcome) -> str:
    kind, words = ("good", "Every invariant holds.") if outcome.holds else ("bad", "Broken.")
    jobs = ", ".join(f"{count} {how}" for how, count in outcome.jobs.items()) or "none"
    shown = f"<pre>{escape(outcome.check)}</pre><p>Jobs: {escape(jobs)}</p>"
    return f'<p class="{kind}">{words}</p>{shown}'


def _setting(outcome: Outcome) -> str:
    injected = [(name, count) for name, count in sorted(outcome.injected.items()) if count]
    settings = outcome.faults.model_dump_json(by_alias=True, exclude_defaults=True)
    return (
        f"<p>Guests and functions shared one machine ({escape(outcome.machine)}), so latency has"
        " the time of both. In the cloud functions scale out; here queues show what that costs."
        f" Seed {outcome.seed}; all was done after {outcome.duration:.0f} s.</p>"
        f"<p>Faults: <code>{escape(settings)}</code></p>"
        + table("Faults that struck", ("", "times"), injected)
    )
