"""Each limit in visits a minute: what is documented over what a visit is counted to do."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from experience.transforms.models.quota import MAX_SHARDS
from experience.workflows.generations.models import MAX_PERMITS, POLL_AND_TIMEOUT_MS
from tools.cost import figures, page
from tools.manifest import ROOT, SNAPSHOT
from tools.scale.indexes import TimeIndex, time_indexes

Json = Mapping[str, Any]
FILE = Path(__file__).with_name("limits.toml")
INDEXES = ROOT / "firestore.indexes.json"
AIM = 10_000
"""Visits a minute, below which no limit lies that is ours."""


@dataclass(frozen=True)
class Limit:
    """What is met at so many visits a minute. `is_ours`: the code or its configuration sets it."""

    name: str
    visits: float
    source: str
    how: str
    raised_by: str
    is_ours: bool = True


@dataclass(frozen=True)
class Facts:
    """All that limits are computed from."""

    data: Json
    declared: Json
    endpoints: Json
    visit: Mapping[str, Any]
    assumed: Mapping[str, float]

    def documented(self, name: str) -> float:
        """A documented figure."""
        return float(self.data["documented"][name]["value"])

    def source(self, name: str) -> str:
        """The page that it is from."""
        return str(self.data["documented"][name]["source"])


def facts() -> Facts:
    """As they are in the repository."""
    data = tomllib.loads(FILE.read_text())
    assumed = {name: each["value"] for name, each in data["assumed"].items()} | page.assumed()
    endpoints = yaml.safe_load(SNAPSHOT.read_text())["endpoints"]
    declared = json.loads(INDEXES.read_text())
    return Facts(data, declared, endpoints, figures.load().visit, assumed)


def limits(known: Facts) -> list[Limit]:
    """Every limit, the lowest first."""
    parts: list[Callable[[Facts], Iterator[Limit]]] = [_indexes, _documents, _queues, _functions]
    parts += [_storage, _others]
    return sorted((limit for part in parts for limit in part(known)), key=lambda each: each.visits)


def _indexes(known: Facts) -> Iterator[Limit]:
    """The index of each collection that is met first."""
    rate = known.documented("sequentialWrites")
    for collection, about in known.data["collections"].items():
        found = time_indexes(collection, about, known.declared)
        if not found:
            continue
        first = min(found, key=lambda each: each.visits_a_minute(rate))
        yield Limit(
            f"times of `{collection}`",
            first.visits_a_minute(rate),
            known.source("sequentialWrites"),
            _of_index(first, rate),
            "more `SHARDS`, at most thirty, or no index",
        )


def _of_index(index: TimeIndex, rate: float) -> str:
    ends = f"{index.ends} shards" if index.ends > 1 else "one end"
    fields = ", ".join(index.fields)
    return f"index ({fields}): {rate:g}/s x {ends} ÷ {index.writes} writes of a visit"


def _documents(known: Facts) -> Iterator[Limit]:
    rate = known.documented("documentWrites")
    yield Limit(
        "count of a daily limit",
        rate * MAX_SHARDS * 60,
        known.source("documentWrites"),
        f"{rate:g}/s x {MAX_SHARDS} documents; of a limit below {50 * MAX_SHARDS:,} fewer, but "
        "then the day is full within a minute",
        "`MAX_SHARDS`; a project without a limit counts nothing",
    )


def _queues(known: Facts) -> Iterator[Limit]:
    local, vendor = known.assumed["transformSeconds"], known.assumed["vendorSeconds"]
    polls = known.assumed["replicateSeconds"] * 1000 / POLL_AND_TIMEOUT_MS["image"][0]
    for name, seconds, tasks in (
        ("runTransform", local, 1.0),
        ("runVendorTransform", vendor + local, 1.0),
        ("pollGeneration", known.assumed["callSeconds"], polls),
    ):
        endpoint = known.endpoints[name]
        rates = endpoint["taskQueueTrigger"]["rateLimits"]
        instances = endpoint["maxInstances"] * endpoint["concurrency"]
        held = min(
            rates["maxConcurrentDispatches"], instances, known.documented("concurrentDispatches")
        )
        most = min(rates["maxDispatchesPerSecond"], known.documented("dispatches"))
        yield Limit(
            f"queue `{name}`",
            min(held / seconds, most) / tasks * 60,
            known.source("concurrentDispatches"),
            f"the less of {held:,.0f} at once ÷ {seconds:g} s, and {most:g}/s; {tasks:g} for each"
            " picture",
            f"its rates and instances; a queue ends at {known.documented('dispatches'):g}/s",
        )


def _functions(known: Facts) -> Iterator[Limit]:
    """The callable and the trigger that are met first, by their instances' time and CPU."""
    cpu = known.assumed["cpuSeconds"]
    for kind, trigger, seconds in (
        ("callable", "callableTrigger", known.assumed["callSeconds"]),
        ("trigger", "eventTrigger", known.assumed["triggerSeconds"]),
    ):
        found = []
        for name, cost in known.visit.items():
            endpoint = known.endpoints[name]
            if trigger in endpoint:
                taken = max(seconds / endpoint["concurrency"], cpu / endpoint["cpu"])
                found.append((endpoint["maxInstances"] / taken / cost.invocations * 60, name, cost))
        visits, name, cost = min(found)
        instances = known.endpoints[name]["maxInstances"]
        yield Limit(
            f"instances of the {kind} `{name}`",
            visits,
            known.source("regionCpus"),
            f"{instances} instances, {cpu * 1000:g} ms of CPU, {cost.invocations} for each visit",
            "`MAX_INSTANCES`",
        )
    used = known.assumed["transformSeconds"] + cpu * sum(
        cost.invocations for cost in known.visit.values()
    )
    yield Limit(
        "CPUs of a region",
        known.documented("regionCpus") / used * 60,
        known.source("regionCpus"),
        f"{known.documented('regionCpus'):,.0f} CPUs ÷ {used:.2f} CPU-seconds of a visit",
        "a quota increase, or a second region",
        is_ours=False,
    )


def _storage(known: Facts) -> Iterator[Limit]:
    for name, field, own in (
        ("objectWrites", "storage_class_a", known.assumed["clientClassA"]),
        ("objectReads", "storage_class_b", known.assumed["clientClassB"]),
    ):
        count = own + sum(getattr(cost, field) for cost in known.visit.values())
        what = "writes" if name == "objectWrites" else "reads"
        yield Limit(
            f"{what} of the bucket",
            known.documented(name) / count * 60,
            known.source(name),
            f"{known.documented(name):,.0f}/s ÷ {count:g} of a visit, its guest's included",
            "nothing to do: the bucket scales if the rate doubles no faster than every 20 minutes",
        )


def _others(known: Facts) -> Iterator[Limit]:
    writes = {name: sum(each["writes"].values()) for name, each in _collections(known)}
    most = max(writes, key=lambda name: writes[name])
    ramp = known.documented("rampUp")
    yield Limit(
        "ramp-up of Firestore",
        ramp / writes[most] * 60,
        known.source("rampUp"),
        f"{ramp:g}/s ÷ {writes[most]} writes of `{most}` in the first five minutes of a new "
        "collection; half as many again every five minutes",
        "guests who come over a quarter of an hour, or load before the doors open",
        is_ours=False,
    )
    yield Limit(
        "permits of one tenant at vendors",
        MAX_PERMITS["image"] / known.assumed["vendorSeconds"] * 60,
        "providers.md#a-generation-step-by-step",
        f"{MAX_PERMITS['image']} pictures at once ÷ {known.assumed['vendorSeconds']:g} s, for each "
        "workspace whose pictures a vendor makes",
        "`VENDOR_PICTURES_PER_WORKSPACE`; five, so that no tenant uses up the quota of all",
        is_ours=False,
    )
    yield Limit(
        "predictions of Replicate",
        known.documented("replicate"),
        known.source("replicate"),
        "one for each picture",
        "asking Replicate",
        is_ours=False,
    )
    yield Limit(
        "sign-ups from one IP address",
        known.documented("signUps") / 60,
        known.source("signUps"),
        f"{known.documented('signUps'):g} an hour; a venue's Wi-Fi is one address",
        "the console of Firebase, in time, and for some days only",
        is_ours=False,
    )


def _collections(known: Facts) -> Iterator[tuple[str, Json]]:
    yield from known.data["collections"].items()
