"""`python -m operations preflight`, dry: on recorded answers in the shapes of Google's references.

What follows from the code, its functions, queues, indexes and TTL policies, is recorded as if it
were all deployed.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession

from operations.__main__ import main
from operations.preflight import needs
from operations.preflight.answers import Live, UnreadableError

PROJECT, NUMBER = "demo-guest", "415104041262"
RECORDED = Path(__file__).parent / "recorded"
BUCKET = f"{PROJECT}.firebasestorage.app"
ACCOUNT = f"{NUMBER}-compute@developer.gserviceaccount.com"
LOCATION = f"projects/{PROJECT}/locations/us-central1"
DATABASE = f"projects/{PROJECT}/databases/(default)"
FIRESTORE = f"GET https://firestore.googleapis.com/v1/{DATABASE}"
TTLS = f"{FIRESTORE}/collectionGroups/-/fields?filter=ttlConfig:*&pageSize=1000"
INDEXES = f"{FIRESTORE}/collectionGroups/-/indexes?pageSize=1000"
BILLING = f"GET https://cloudbilling.googleapis.com/v1/projects/{PROJECT}/billingInfo"
BUDGETS = (
    "GET https://billingbudgets.googleapis.com/v1/billingAccounts/012345-567890-ABCDEF/budgets"
)
SERVICES = f"GET https://serviceusage.googleapis.com/v1/projects/{PROJECT}/services"
STORED = f"GET https://storage.googleapis.com/storage/v1/b/{BUCKET}"
FUNCTIONS = f"GET https://cloudfunctions.googleapis.com/v2/{LOCATION}/functions?pageSize=1000"
QUEUES = f"GET https://cloudtasks.googleapis.com/v2/{LOCATION}/queues?pageSize=1000"
AUTH = f"GET https://identitytoolkit.googleapis.com/admin/v2/projects/{PROJECT}/config"
POLICY = f"POST https://cloudresourcemanager.googleapis.com/v3/projects/{PROJECT}:getIamPolicy"
APP_CHECK = (
    f"GET https://firebaseappcheck.googleapis.com/v1/projects/{NUMBER}/services"
    "/firestore.googleapis.com"
)
RUN = f"GET https://run.googleapis.com/v2/{LOCATION}/services"
NOBODY: dict[str, Any] = {"version": 1, "bindings": []}
DENIED = {"error": {"code": 403, "message": "The caller does not have permission"}}


def policy_of(function: str) -> str:
    """The request for who may call a function."""
    return f"{RUN}/{function.lower()}:getIamPolicy"


def deployed() -> dict[str, Any]:
    """The answers about what the code declares."""
    declared, indexes = needs.declared(PROJECT, BUCKET), needs.indexes()
    service = {"serviceAccountEmail": ACCOUNT}
    labels = {"firebase-functions-codebase": "default"}
    names = [(f"{LOCATION}/functions/{each}", each) for each in sorted(declared.functions)]
    ends = {"fieldPath": "__name__", "order": "DESCENDING"}
    group = f"{DATABASE}/collectionGroups"
    invoker = {"role": "roles/run.invoker", "members": [f"serviceAccount:{ACCOUNT}"]}
    return {
        **{policy_of(each): {"bindings": [invoker]} for each in declared.queues},
        FUNCTIONS: {
            "functions": [
                {"name": name, "serviceConfig": service, "state": "ACTIVE", "labels": labels}
                for name, _ in names
            ]
        },
        QUEUES: {
            "queues": [
                {"name": f"{LOCATION}/queues/{each}", "state": "RUNNING"}
                for each in sorted(declared.queues)
            ]
        },
        INDEXES: {
            "indexes": [
                {
                    "name": f"{group}/{each['collectionGroup']}/indexes/CICA{number:04}",
                    "queryScope": each["queryScope"],
                    "fields": [*each["fields"], ends],
                    "state": "READY",
                }
                for number, each in enumerate(indexes["indexes"])
            ]
        },
        TTLS: {
            "fields": [
                {
                    "name": f"{group}/{each['collectionGroup']}/fields/{each['fieldPath']}",
                    "indexConfig": {},
                    "ttlConfig": {"state": "ACTIVE"},
                }
                for each in indexes["fieldOverrides"]
                if each.get("ttl")
            ]
        },
    }


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete project."""
    folder = tmp_path / "recorded"
    shutil.copytree(RECORDED, folder)
    (folder / "y.json").write_text(json.dumps(deployed()))
    return folder


def preflight(folder: Path, **changed: Any) -> int:
    (folder / "z.json").write_text(json.dumps(changed))
    return main(["preflight", "--project", PROJECT, "--recorded", str(folder)])


def without(answer: dict[str, Any], name: str, number: int = 0) -> dict[str, Any]:
    """A list without one of its entries."""
    return {name: [each for n, each in enumerate(answer[name]) if n != number]}


def broken() -> dict[str, tuple[dict[str, Any], str, str]]:
    """For each check: the answers that differ, what is then missing, and what fixes it."""
    now, storage = deployed(), recorded("storage")
    settings = recorded("authentication")[AUTH]
    function = sorted(needs.declared(PROJECT, BUCKET).functions)[0]
    queue = sorted(needs.declared(PROJECT, BUCKET).queues)[0]
    first = needs.indexes()["indexes"][0]["collectionGroup"]
    building = {"indexes": [{**each, "state": "CREATING"} for each in now[INDEXES]["indexes"]]}
    url = f"{SERVICES}?filter=state:ENABLED&pageSize=200&pageToken=second"
    last = recorded("project")[url]["services"][0]["config"]["name"]
    kept = {"softDeletePolicy": {"retentionDurationSeconds": "604800"}}
    over = {"quota": "1000", "startTime": "2026-01-01T08:00:00Z", "quotaDuration": "86400s"}
    itself = f"POST https://iam.googleapis.com/v1/projects/{PROJECT}/serviceAccounts/{ACCOUNT}"
    return {
        "billing": (
            {BILLING: {"billingAccountName": "", "billingEnabled": False}},
            "billing (the Blaze plan)",
            f"gcloud billing projects link {PROJECT}",
        ),
        "budget": ({BUDGETS: {}}, "a budget with alerts", "gcloud billing budgets create"),
        "apis": (
            {url: without(recorded("project")[url], "services")},
            f"the API {last}",
            f"gcloud services enable {last}",
        ),
        "database": ({FIRESTORE: None}, "the Firestore database", "databases create"),
        "mode": (
            {FIRESTORE: {"name": DATABASE, "type": "DATASTORE_MODE"}},
            "Firestore in native mode (it is DATASTORE_MODE)",
            "databases update",
        ),
        "indexes": (
            {INDEXES: without(now[INDEXES], "indexes")},
            f"the index of {first} by ",
            "firebase deploy --only firestore:indexes",
        ),
        "building": ({INDEXES: building}, "(CREATING)", "wait until it is READY"),
        "ttl": (
            {TTLS: without(now[TTLS], "fields")},
            "the TTL policy of sessions.expireAt",
            "gcloud firestore fields ttls update expireAt --collection-group=sessions",
        ),
        "backups": (
            {f"{FIRESTORE}/backupSchedules": {}},
            "a schedule of backups",
            "gcloud firestore backups schedules create",
        ),
        "bucket": (
            {
                "GET https://firebasestorage.googleapis.com/v1alpha"
                f"/projects/{PROJECT}/defaultBucket": None
            },
            "the default bucket",
            "https://console.firebase.google.com/project/demo-guest/storage",
        ),
        "cors": (
            {STORED: {**storage[STORED], "cors": []}},
            "the bucket's CORS",
            f"gcloud storage buckets update gs://{BUCKET} --cors-file=storage.cors.json",
        ),
        "soft delete": (
            {STORED: {**storage[STORED], **kept}},
            "an end of soft delete (objects stay for 7 days)",
            "--clear-soft-delete",
        ),
        "functions": (
            {FUNCTIONS: without(now[FUNCTIONS], "functions")},
            f"the function {function}",
            f"firebase deploy --only functions:{function}",
        ),
        "queues": (
            {QUEUES: without(now[QUEUES], "queues")},
            f"the queue {queue}",
            f"firebase deploy --only functions:{queue}",
        ),
        "project role": (
            {POLICY: NOBODY},
            "roles/datastore.user on the project",
            f"gcloud projects add-iam-policy-binding {PROJECT} --member=serviceAccount:{ACCOUNT}",
        ),
        "bucket role": (
            {f"{STORED}/iam": NOBODY},
            "roles/storage.objectAdmin on the bucket",
            f"gcloud storage buckets add-iam-policy-binding gs://{BUCKET}",
        ),
        "task role": (
            {policy_of("runStep"): NOBODY},
            "roles/run.invoker on runStep",
            "gcloud run services add-iam-policy-binding runstep --region=us-central1",
        ),
        "own role": (
            {f"{itself}:getIamPolicy": NOBODY},
            "roles/iam.serviceAccountTokenCreator on itself",
            f"gcloud iam service-accounts add-iam-policy-binding {ACCOUNT}",
        ),
        "sign-in": (
            {AUTH: {**settings, "signIn": {}}},
            "anonymous sign-in",
            "https://console.firebase.google.com/project/demo-guest/authentication/providers",
        ),
        "sign-ups": (
            {AUTH: {**settings, "quota": {"signUpQuotaConfig": over}}},
            "more than 100 sign-ups an hour for one IP address",
            "(Sign-up quota)",
        ),
        "app check": (
            {APP_CHECK: {"enforcementMode": "ENFORCED"}},
            "App Check for callables, as for Firestore",
            "ENFORCE_APP_CHECK=true",
        ),
    }


class TestPreflight:
    def test_a_complete_project_lacks_nothing(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert preflight(folder) == 0
        assert capsys.readouterr() == (f"0 missing in project {PROJECT}\n", "")

    @pytest.mark.parametrize("name", broken())
    def test_what_is_missing_is_named_with_what_mends_it(
        self, folder: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        changed, what, fix = broken()[name]
        assert preflight(folder, **changed) == 1
        lines = capsys.readouterr().out.splitlines()
        found = [line for line in lines if line.startswith("missing: ") and what in line]
        assert found, lines
        assert fix in found[0]
        assert lines[-1].startswith(f"{len(lines) - 1} missing")

    def test_every_function_with_a_queue_lets_its_tasks_in(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        names = sorted(needs.declared(PROJECT, BUCKET).queues)
        assert preflight(folder, **{policy_of(name): NOBODY for name in names}) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[1] for line in lines[:-1]] == [
            f" roles/run.invoker on {name}" for name in names
        ]
        page = (needs.ROOT / "docs" / "deployment.md").read_text()
        [row] = [line for line in page.splitlines() if line.startswith("| Cloud Run Invoker")]
        assert set(re.findall(r"`(\w+)`", row)) == set(names)

    def test_a_secret_that_a_parameter_names_needs_a_version_and_a_reader(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named = {**needs.parameters(PROJECT), "CAMPAIGN_SECRET_NAME": "draws"}
        monkeypatch.setattr(needs, "parameters", lambda _: named)
        assert preflight(folder) == 1
        first, second, _ = capsys.readouterr().out.splitlines()
        assert first.startswith("missing: the secret draws with an enabled version: firebase")
        assert second.startswith("missing: roles/secretmanager.secretAccessor on the secret draws")

        base = f"GET https://secretmanager.googleapis.com/v1/projects/{PROJECT}/secrets/draws"
        reader = {"role": "roles/secretmanager.secretAccessor"}
        policy = {"bindings": [{**reader, "members": [f"serviceAccount:{ACCOUNT}"]}]}
        version = {"name": "projects/1/secrets/draws/versions/1", "state": "ENABLED"}
        answers = {f"{base}/versions/latest": version, f"{base}:getIamPolicy": policy}
        assert preflight(folder, **answers) == 0

    def test_app_check_that_uses_tokens_up_needs_its_api_and_its_role(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        enforcing = {"ENFORCE_APP_CHECK": "true", "CONSUME_APP_CHECK_TOKENS": "true"}
        monkeypatch.setattr(needs, "parameters", lambda _: {"REGION": "us-central1", **enforcing})
        enforced = {APP_CHECK: {"enforcementMode": "ENFORCED"}}
        assert preflight(folder, **enforced) == 1
        api, role, _ = capsys.readouterr().out.splitlines()
        assert api.startswith("missing: the API firebaseappcheck.googleapis.com: gcloud services")
        assert role.startswith("missing: roles/firebaseappcheck.tokenVerifier on the project:")
        monkeypatch.setattr(needs, "parameters", lambda _: {"CONSUME_APP_CHECK_TOKENS": "true"})
        assert preflight(folder) == 0, "without enforcement nothing is used up"

    def test_what_may_not_be_read_is_said_and_the_rest_is_checked(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert preflight(folder, **{AUTH: DENIED}) == 2
        lines = capsys.readouterr().out.splitlines()
        why = "could not be checked: 403: The caller does not have permission"
        assert lines[:2] == [f"sign_in {why}", f"sign_ups {why}"]
        assert lines[2].startswith(f"0 missing in project {PROJECT}, 2 of 15 checks")
        assert preflight(folder, **{AUTH: DENIED, BUDGETS: {}}) == 1

    @pytest.mark.parametrize(
        "answer", [[1], "x", {"indexes": [{}]}, {"indexes": "x"}, {"indexes": 7}]
    )
    def test_an_answer_in_another_form_stops_no_other_check(
        self, folder: Path, capsys: pytest.CaptureFixture[str], answer: Any
    ) -> None:
        assert preflight(folder, **{INDEXES: answer}) == 2
        first, last = capsys.readouterr().out.splitlines()
        assert first.startswith("indexes could not be checked: ")
        assert last == f"0 missing in project {PROJECT}, 1 of 15 checks could not be made"

    def test_a_list_goes_on_at_its_token_and_ends(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        all_, token = deployed()[QUEUES]["queues"], {"nextPageToken": "a+/="}
        second = f"{QUEUES}&pageToken=a%2B%2F%3D"
        pages = {QUEUES: {"queues": all_[:2], **token}, second: {"queues": all_[2:]}}
        assert preflight(folder, **pages) == 0
        assert preflight(folder, **pages | {second: token}) == 2
        assert "queues could not be checked: the list of queues does not end" in (
            capsys.readouterr().out
        )

    @pytest.mark.parametrize(
        ("status", "body", "words"),
        [
            (502, "<html>Bad Gateway</html>", "502: no JSON was answered"),
            (404, "<html>Not Found</html>", "404: no JSON was answered"),
            (200, "[]", "200: no reason given"),
            (403, '{"error": {"code": 403, "message": ""}}', "403: no reason given"),
            (400, '{"error": "invalid_grant"}', "400: no reason given"),
            (429, '{"error": {"message": "Quota exceeded.\\nSee"}}', "429: Quota exceeded."),
        ],
    )
    def test_what_google_refuses_is_said_in_one_line(
        self, monkeypatch: pytest.MonkeyPatch, status: int, body: str, words: str
    ) -> None:
        response = requests.Response()
        response.status_code, response._content = status, body.encode()
        with pytest.raises(UnreadableError, match=f"^{re.escape(words)}$"):
            _live(monkeypatch, lambda *_, **__: response).get("https://example.com")

    def test_an_answer_that_does_not_come_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def silent(*_: Any, **__: Any) -> requests.Response:
            raise requests.Timeout

        with pytest.raises(UnreadableError, match=r"^Timeout$"):
            _live(monkeypatch, silent).get("https://example.com")

    @pytest.mark.parametrize("text", ["no JSON", "[1]", "7", ""])
    def test_a_file_that_holds_no_answers_is_named(
        self, folder: Path, capsys: pytest.CaptureFixture[str], text: str
    ) -> None:
        (folder / "a.json").write_text(text)
        assert main(["preflight", "--project", PROJECT, "--recorded", str(folder)]) == 2
        assert f"{folder / 'a.json'} holds no answers" in capsys.readouterr().err

    def test_a_project_that_cannot_be_read_is_2(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert preflight(tmp_path) == 2
        said = f"error: project {PROJECT} cannot be read: "
        assert capsys.readouterr().err == f"{said}{tmp_path} holds no answers\n"
        assert preflight(tmp_path, other={}) == 2
        assert capsys.readouterr().err == f"{said}there is no project {PROJECT}\n"


def _live(monkeypatch: pytest.MonkeyPatch, request: Any) -> Live:
    """Google's services, of which this is what a request does."""
    monkeypatch.setattr("google.auth.default", lambda **_: (AnonymousCredentials(), PROJECT))
    monkeypatch.setattr(AuthorizedSession, "request", request)
    return Live(PROJECT)
