"""Injected faults: their settings, the decisions, and how they reach a running suite."""

import json
import subprocess
import sys
from typing import Any

import pytest

from emulator.faults.injector import FaultInjector
from emulator.faults.settings import Faults, InvalidFaultsError, parse
from emulator.process.http import request
from emulator.suite.suite import Suite
from tests.support.chain_project import CHAIN
from tests.support.sample_functions import SetFaults


class TestSettings:
    def test_without_any_nothing_goes_wrong(self) -> None:
        assert parse("{}") == Faults()

    @pytest.mark.parametrize(
        ("settings", "are_none"),
        [
            ("{}", True),
            ('{"seed": 3, "only": "createSession", "killWhen": "after"}', True),
            ('{"provider": 1}', False),
            ('{"delayMs": [0, 5]}', False),
            ('{"killAtCommit": 9}', False),
        ],
    )
    def test_those_that_can_strike_are_told_from_none(self, settings: str, are_none: bool) -> None:
        assert parse(settings).are_none is are_none

    def test_each_has_its_name_in_json(self) -> None:
        settings = {
            "seed": 3,
            "duplicate": 0.5,
            "drop": 0,
            "reorder": 1,
            "delayMs": [0, 20.5],
            "abort": 0.1,
            "storage": 0.2,
            "provider": 0.3,
            "killAtCommit": 4,
            "killWhen": "after",
            "only": "onThing",
        }
        assert json.loads(parse(json.dumps(settings)).to_json()) == settings

    @pytest.mark.parametrize(
        ("settings", "problem"),
        [
            ('{"duplicates": 1}', "there is no duplicates, only seed, duplicate, drop"),
            ('{"kill_at_commit": 1}', "there is no kill_at_commit"),
            ('{"drop": 1.1}', "drop: Input should be less than or equal to 1"),
            ('{"drop": "1"}', "drop: Input should be a valid number"),
            ('{"drop": true}', "drop: Input should be a valid number"),
            ('{"drop": NaN}', "drop: Input should be a finite number"),
            ('{"seed": 1.5}', "seed: Input should be a valid integer"),
            ('{"delayMs": [2, 1]}', "delayMs: the first number must not be greater"),
            ('{"delayMs": [1]}', "delayMs.1: Field required"),
            ('{"delayMs": 5}', "delayMs: Input should be a valid array"),
            ('{"killAtCommit": 0}', "killAtCommit: Input should be greater than or equal to 1"),
            ('{"killWhen": "later"}', "killWhen: Input should be 'before' or 'after'"),
            ('{"drop": -1, "abort": 2}', "drop: .*; abort: "),
            ("[]", "Input should be an object"),
            ("drop=1", "Invalid JSON"),
        ],
    )
    def test_what_cannot_be_set_is_refused_by_its_name(self, settings: str, problem: str) -> None:
        with pytest.raises(InvalidFaultsError, match=problem):
            parse(settings)


def decisions(faults: Faults, times: int = 1000) -> list[bool]:
    injector = FaultInjector(faults)
    return [injector.injects("drop", f"document {n % 50}") for n in range(times)]


class TestChance:
    def test_certain_always_happens_and_impossible_never(self) -> None:
        assert all(decisions(Faults(drop=1)))
        assert not any(decisions(Faults(drop=0)))

    def test_it_happens_as_often_as_it_is_set_to(self) -> None:
        assert 250 < sum(decisions(Faults(drop=0.3))) < 350

    def test_the_same_seed_decides_the_same_and_another_one_differently(self) -> None:
        assert decisions(Faults(seed=1, drop=0.5)) == decisions(Faults(seed=1, drop=0.5))
        assert decisions(Faults(seed=1, drop=0.5)) != decisions(Faults(seed=2, drop=0.5))

    def test_what_happens_to_one_does_not_hang_on_others(self) -> None:
        alone, among = FaultInjector(Faults(drop=0.5)), FaultInjector(Faults(drop=0.5))
        for n in range(100):
            among.injects("drop", str(n))
            assert among.injects("drop", "a") == alone.injects("drop", "a")

    def test_only_the_function_that_is_named_is_struck(self) -> None:
        settings = {"drop": 1, "delayMs": (5, 5), "only": "onThing"}
        injector = FaultInjector(Faults.model_validate(settings))
        assert injector.injects("drop", "onThing created things/a")
        assert injector.delay_seconds("onThing created things/a") == 0.005
        assert not injector.injects("drop", "onThings created things/a")
        assert injector.delay_seconds("onThings created things/a") == 0

    def test_setting_the_same_again_begins_anew(self) -> None:
        injector = FaultInjector(Faults(drop=0.5))
        first = [injector.injects("drop", "a") for _ in range(100)]
        injector.set(injector.faults)
        assert [injector.injects("drop", "a") for _ in range(100)] == first

    def test_what_was_struck_is_counted_until_others_are_set(self) -> None:
        injector = FaultInjector(
            Faults.model_validate({"duplicate": 1, "drop": 0.5, "delayMs": (1, 1)})
        )
        dropped = sum(injector.injects("drop", str(n)) for n in range(20))
        injector.injects("duplicate", "a")
        injector.injects("duplicate.unchanged", "a")
        injector.delay_seconds("a")
        assert injector.injected == {"drop": dropped, "duplicate": 2, "delayMs": 1}
        injector.set(injector.faults)
        assert injector.injected == {}

    def test_a_delay_lies_within_its_limits(self) -> None:
        injector = FaultInjector(Faults.model_validate({"delayMs": (10, 30)}))
        delays = [injector.delay_seconds("a") for _ in range(100)]
        assert 0.01 <= min(delays) < 0.015
        assert 0.025 < max(delays) <= 0.03


@pytest.mark.exhaustive
class TestControl:
    def ask(self, suite: Suite, method: str, body: Any = None) -> tuple[int, Any]:
        status, response = request(method, f"http://{suite.addresses['hub']}/faults", body)
        return status, json.loads(response)

    def test_what_is_set_is_shown_until_it_is_ended(
        self, sample_suite: Suite, set_faults: SetFaults
    ) -> None:
        response = set_faults(seed=4, storage=0.5)
        assert (response["seed"], response["storage"]) == (4, 0.5)
        assert self.ask(sample_suite, "GET") == (200, response)
        set_faults(**response)  # a response can be posted as it is
        assert set_faults() == json.loads(Faults().to_json())

    def test_what_cannot_be_set_changes_nothing(
        self, sample_suite: Suite, set_faults: SetFaults
    ) -> None:
        before = set_faults(seed=5)
        status, response = self.ask(sample_suite, "POST", {"drops": 1})
        assert status == 400
        assert response["error"].startswith("These faults cannot be set: there is no drops, only")
        assert self.ask(sample_suite, "GET") == (200, before)

    def test_how_often_they_were_injected_is_reported(
        self, sample_suite: Suite, set_faults: SetFaults
    ) -> None:
        set_faults(abort=1, storage=1)
        body = json.dumps({"data": {"does": "write", "collection": "struck"}}).encode()
        url = sample_suite.functions.function_url("useFirestore")
        sample_suite.functions.post(url, body, {"Content-Type": "application/json"}, 30)
        request("GET", f"http://{sample_suite.addresses['storage']}/storage/v1/b/none")
        url = f"http://{sample_suite.addresses['hub']}/faults/struck"
        status, response = request("GET", url)
        struck = json.loads(response)
        assert (status, struck.keys()) == (200, {"abort", "storage"})
        assert struck["storage"] == 1
        set_faults()
        assert json.loads(request("GET", url)[1]) == {}

    def test_a_reset_begins_them_anew(self, sample_suite: Suite, set_faults: SetFaults) -> None:
        before = set_faults(seed=6, drop=0.5)
        sample_suite.reset()
        assert self.ask(sample_suite, "GET") == (200, before)


@pytest.mark.exhaustive
class TestOption:
    def run(self, faults: str, *command: str) -> "subprocess.CompletedProcess[str]":
        options = ["--root", str(CHAIN), "--faults", faults, "--", *command]
        return subprocess.run(
            [sys.executable, "-m", "emulator", "exec", *options],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @pytest.mark.exhaustive
    def test_a_suite_starts_with_them(self) -> None:
        show = (
            "import os, urllib.request as u;"
            "print(u.urlopen(f'http://{os.environ[\"EMULATOR_SUITE_HOST\"]}/faults').read().decode())"
        )
        ended = self.run('{"seed": 8, "drop": 1}', sys.executable, "-c", show)
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["seed"] == 8

    def test_a_wrong_one_ends_the_command(self) -> None:
        ended = self.run('{"drops": 1}', "true")
        assert ended.returncode == 1
        assert ended.stderr.startswith("error: These faults cannot be set: there is no drops")
