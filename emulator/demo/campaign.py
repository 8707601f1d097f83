"""A campaign from its draft to its verified draw: built, played, redeemed and closed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from emulator.demo import seed
from emulator.demo.client import CallError, Client
from emulator.demo.shown import ShownVisit, expect
from emulator.paths import ROOT
from emulator.process.http import request
from emulator.suite.suite import Suite

PLAYERS = 40
MAX_BUILD_SECONDS = 90
REVEAL_AFTER_SECONDS = 5
"""Nobody waits two minutes for a demo. In production calls may still be under way by then."""
WINDOW_MS = 7 * 24 * 3_600_000
TERMS = {"version": "2026-1", "url": "https://example.com/terms", "minimumAge": 16}
SEGMENTS = [
    ("tote", "A tote bag", "tote"),
    ("again-1", "Next time", None),
    ("coffee", "A coffee", "coffee"),
    ("again-2", "So close", None),
    ("tote-2", "A tote bag", "tote"),
    ("weekend", "A weekend away", "weekend"),
    ("coffee-2", "A coffee", "coffee"),
    ("again-3", "Come back", None),
]
PRIZES: list[dict[str, Any]] = [
    {"id": "tote", "name": "Tote bag", "kind": "physical", "weightPpm": 150_000, "stock": 3},
    {"id": "coffee", "name": "Coffee", "kind": "code", "weightPpm": 350_000, "stock": 200},
    {"id": "weekend", "name": "Weekend away", "kind": "code", "weightPpm": 50, "stock": 1},
]


class DemoCampaign(ShownVisit):
    """An operator's campaign, and forty people who play it."""

    STEPS = 20
    LABEL_WIDTH = 8

    def __init__(self, console: Console, suite: Suite, style: str = "cartoon") -> None:
        super().__init__(console, suite, style, uid="demo-player")
        self.operator = Client.of(suite.env, seed.OPERATOR)
        self.ids = {"workspaceId": seed.WORKSPACE}

    def run(self, _photo: bytes, out: Path) -> None:
        """Make it, play it, hand a prize out, and verify the draw; files in `out`."""
        self.control("POST", "meter:reset")
        with self.progress:
            campaign = self._make()
            self._save(campaign["bundleUrl"], out / "campaign.html")
            self._save(campaign["thumbnailUrl"], out / "campaign.webp")
            answers = self._play()
            self._redeem(next(each for each in answers if each["claim"]))
            with self.step("operator", "getCampaignFunnel", 1):
                funnel = self.operator.call("getCampaignFunnel", **self.ids)
            self._close(campaign["version"])
            verification = self._verify()
        for name in ("campaign.html", "campaign.webp"):
            self.console.print(f"[green]✓[/] {out / name}", soft_wrap=True)
        self.console.print(_funnel(funnel))
        self.console.print(f"[bold]The draw, recomputed:[/]\n{verification}")
        self.console.print(self.costs())
        self.operator.close()
        self.client.close()

    def _make(self) -> dict[str, Any]:
        now = time.time_ns() // 1_000_000
        game = {
            "segments": [{"id": i, "label": label, "prizeId": p} for i, label, p in SEGMENTS],
            "prizes": PRIZES,
            "window": {"opensAt": now, "closesAt": now + WINDOW_MS, "timeZone": "Europe/Berlin"},
            "terms": TERMS,
        }
        config = {
            "theme": {"primaryColor": "#7c2d92", "secondaryColor": "#f4b942"},
            "copy": {"headline": "Summer at the lake"},
            "sounds": {"spin": "ticks", "win": "fanfare"},
            "game": game,
        }
        with self.step("operator", "createCampaign, updateCampaign", 2):
            new = {"name": "Summer at the lake", "templateId": "spin_wheel", "requestId": "demo"}
            created = self.operator.call("createCampaign", **self.ids, **new)
            self.ids |= {"campaignId": created["id"]}
            change = {"expectedVersion": 1, "config": config}
            self.operator.call("updateCampaign", **self.ids, **change)
        with self.step("operator", "generateCampaign: texts, pictures, sounds, the page", 6):
            self.operator.call("generateCampaign", **self.ids, expectedVersion=2)
            return self._built()

    def _built(self) -> dict[str, Any]:
        until = time.monotonic() + MAX_BUILD_SECONDS
        while True:
            campaign: dict[str, Any] = self.operator.call("getCampaign", **self.ids)
            if campaign["status"] == "live" or time.monotonic() > until:
                expect(campaign["status"] == "live", f"the build ends, not {campaign['status']}")
                return campaign
            time.sleep(0.5)

    def _save(self, url: str, file: Path) -> None:
        status, content = request("GET", url)
        expect(status == 200, f"the address of {file.name} answers 200, not {status}")
        file.write_bytes(content)

    def _play(self) -> list[dict[str, Any]]:
        asked = {**self.ids, "termsVersion": TERMS["version"]}

        def play(number: int) -> dict[str, Any]:
            client = Client.of(self.suite.env, f"demo-player-{number}")
            answer: dict[str, Any] = client.call("playCampaign", **asked)
            expect(answer == client.call("playCampaign", **asked), "a play is one, however often")
            client.close()
            return answer

        with (
            self.step("players", f"playCampaign: {PLAYERS} people, each of them twice", 5),
            ThreadPoolExecutor(4) as pool,
        ):
            return list(pool.map(play, range(PLAYERS)))

    def _redeem(self, won: dict[str, Any]) -> None:
        with self.step("desk", f"redeemClaim: {won['prize']['name']}", 2):
            code = {"code": won["claim"]["code"]}
            self.operator.call("redeemClaim", **self.ids, **code)
            try:
                self.operator.call("redeemClaim", **self.ids, **code)
            except CallError as said:
                expect(said.reason == "already_redeemed", "a second scan says so")
            else:
                expect(False, "a claim is redeemed once")

    def _close(self, version: int) -> None:
        with self.step("operator", "closeCampaign, and the seeds are revealed", 3):
            self.operator.call("closeCampaign", **self.ids, expectedVersion=version)
            until = time.monotonic() + 60
            while self.operator.call("getCampaign", **self.ids)["revealPending"]:
                expect(time.monotonic() < until, "the seeds are revealed within a minute")
                time.sleep(0.5)

    def _verify(self) -> str:
        command = [sys.executable, "-m", "operations", "verify-draw"]
        where = ["--workspace", seed.WORKSPACE, "--campaign", self.ids["campaignId"]]
        paths = os.pathsep.join([str(ROOT / "functions"), str(ROOT)])
        with self.step("operator", "python -m operations verify-draw", 1):
            done = subprocess.run(
                [*command, "--project", self.suite.project, *where],
                cwd=ROOT,
                env={**os.environ, **self.suite.env, "PYTHONPATH": paths},
                capture_output=True,
                text=True,
                check=False,
            )
        expect(done.returncode == 0, f"the draw verifies: {done.stdout}{done.stderr}")
        return done.stdout.strip()


def _funnel(funnel: dict[str, Any]) -> Table:
    table = Table(title="What was won", title_justify="left")
    for heading in ("prize", "won", "redeemed", "drawn, not awarded"):
        table.add_column(heading, justify="left" if heading == "prize" else "right")
    for prize in funnel["prizes"]:
        denied = ", ".join(f"{count} {why}" for why, count in prize["denied"].items())
        table.add_row(prize["prizeId"], str(prize["won"]), str(prize["redeemed"]), denied)
    table.add_section()
    table.add_row(f"{funnel['played']} plays", str(funnel["won"]), str(funnel["redeemed"]), "")
    return table
