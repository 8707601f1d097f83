"""Deployed names and options are public: they change only together with the snapshot."""

import difflib
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from tools import manifest


@pytest.fixture(scope="module")
def discovered() -> str:
    return manifest.discover()


class TestManifest:
    def test_what_would_be_deployed_is_what_the_snapshot_says(self, discovered: str) -> None:
        difference = difflib.unified_diff(
            manifest.SNAPSHOT.read_text().splitlines(),
            discovered.splitlines(),
            fromfile="snapshot",
            tofile="functions/",
            lineterm="",
        )
        report = "\n".join(difference)
        assert not report, f"Meant to change? Then run `make snapshot` and commit it.\n{report}"

    def test_every_function_runs_in_the_one_region_with_a_whole_cpu(self, discovered: str) -> None:
        endpoints = yaml.safe_load(discovered)["endpoints"]
        assert endpoints
        for name, endpoint in endpoints.items():
            assert endpoint["region"] == ["{{ params.REGION }}"], name
            assert endpoint["cpu"] == 1, f"{name}: without cpu it gets a sixth of one"

    def test_deployed_names_are_lower_camel_case(self, discovered: str) -> None:
        for name, endpoint in yaml.safe_load(discovered)["endpoints"].items():
            assert name == endpoint["entryPoint"]
            assert name[0].islower(), name
            assert name.isalnum(), f"{name}: a queue or trigger named so is refused"

    def test_a_main_that_cannot_be_imported_says_why(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text("import a_module_that_is_not_there\n")
        with pytest.raises(AssertionError, match="No module named 'a_module_that_is_not_there'"):
            manifest.discover(tmp_path)


class TestParameters:
    def test_each_has_its_default_in_the_file_that_the_cli_reads(self) -> None:
        snapshot, env = manifest.SNAPSHOT.read_text(), manifest.ENV.read_text()
        assert manifest.with_defaults(env, snapshot) == env, "Run `make snapshot`."
        values = dotenv_values(manifest.ENV, interpolate=False)
        params = yaml.safe_load(snapshot)["params"]
        assert {param["name"] for param in params} == values.keys() - {"THREADS"}
        for param in params:
            value = yaml.safe_load(values[param["name"]] or "''")
            assert value == param["default"], param["name"]
