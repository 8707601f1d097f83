"""firebase.json and the file of indexes: whatever is wrong with them is named."""

from pathlib import Path

import pytest

from emulator import config
from emulator.process.errors import SuiteError
from tests.support.chain_project import Edit, edit_firebase_json


class TestFirebaseJson:
    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda content: [], "says nothing of 'functions'"),
            (lambda content: content.update(functions=[]), r"says nothing of 'functions\.source'"),
            (lambda content: content.update(emulators=None), "says nothing of 'emulators'"),
            (lambda content: content["emulators"].update(hub=None), r"nothing of 'emulators\.hub'"),
            (
                lambda content: content["emulators"].update(hub={}),
                r"nothing of 'emulators\.hub\.port'",
            ),
            (
                lambda content: content["emulators"].update(hub={"port": "four"}),
                r"emulators\.hub\.port is 'four', which is no port",
            ),
            (
                lambda content: content["emulators"].update(hub={"port": 65536}),
                r"emulators\.hub\.port is 65536, which is no port",
            ),
            (
                lambda content: content["emulators"].update(hub={"port": "¹²"}),
                r"emulators\.hub\.port is '¹²', which is no port",
            ),
            (
                lambda content: content["firestore"].update(rules=None),
                r"nothing of 'firestore\.rules'",
            ),
        ],
    )
    def test_what_it_lacks_is_named(self, project: Path, change: Edit, complaint: str) -> None:
        edit_firebase_json(project, change)
        with pytest.raises(SuiteError, match=rf"firebase\.json .*{complaint}"):
            config.read(project, free_ports=True)

    def test_the_functions_are_one_codebase_or_a_list(self, project: Path) -> None:
        of_a_list = config.read(project)
        edit_firebase_json(
            project, lambda content: content.update(functions=content["functions"][0])
        )
        assert config.read(project) == of_a_list


class TestRegion:
    @pytest.mark.parametrize(
        ("files", "variable", "region"),
        [
            ({}, None, "us-central1"),
            ({".env": "REGION="}, None, "us-central1"),
            ({".env": "REGION=europe-west1"}, None, "europe-west1"),
            ({".env": "REGION=a", ".env.demo-here": "REGION=b"}, None, "b"),
            ({".env": "REGION=a", ".env.demo-elsewhere": "REGION=b"}, None, "a"),
            ({".env.demo-here": "REGION=b", ".env.local": "REGION=c"}, None, "c"),
            ({".env.local": "REGION=c"}, "asia-east1", "asia-east1"),
        ],
    )
    def test_is_the_one_that_the_functions_read(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        files: dict[str, str],
        variable: str | None,
        region: str,
    ) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        monkeypatch.delenv("REGION")
        if variable:
            monkeypatch.setenv("REGION", variable)
        assert config.region(tmp_path, "demo-here") == region


class TestIndexes:
    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("{", "cannot be read: Expecting property name"),
            ("[]", "cannot be read: it has no object"),
            ('{"indexes": {}}', "is no file of indexes: indexes: .*list"),
            (
                '{"indexes": [{"collectionGroup": "a", "fields": []}]}',
                r"is no file of indexes: indexes\.0\.queryScope: Field required",
            ),
            (
                '{"indexes": [{"collectionGroup": "a", "queryScope": "COLLECTION", "fields": []}]}',
                r"is no file of indexes: indexes\.0\.fields: .*at least 1 item",
            ),
        ],
    )
    def test_invalid_ones_are_reported_before_anything_starts(
        self, project: Path, text: str, complaint: str
    ) -> None:
        (project / "firestore.indexes.json").write_text(text)
        with pytest.raises(SuiteError, match=rf"firestore\.indexes\.json {complaint}"):
            config.read(project)
