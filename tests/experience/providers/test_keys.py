"""Keys out of Secret Manager: read when they are needed, once, and never guessed."""

import base64
from collections.abc import Iterator

import google.auth
import pytest
from google.auth.credentials import AnonymousCredentials

from experience import secret_manager
from experience.errors import FailedPrecondition
from experience.providers import keys
from experience.providers.models import ProviderFailed
from tests.support.vendors.server import Received, Reply, Vendor


class SecretManager(Vendor):
    """Answers `versions/latest:access`, as the REST reference has it."""

    def __init__(self) -> None:
        self.secrets = {"replicate-token": "r8_secret\n"}
        super().__init__()

    def operation(self, request: Received) -> str:
        return "access"

    def answer(self, request: Received) -> Reply:
        name = request.path.split("/")[-3]
        if name not in self.secrets:
            return Reply(404, {"error": {"code": 404, "status": "NOT_FOUND"}})
        data = base64.b64encode(self.secrets[name].encode()).decode()
        return Reply(200, {"name": request.path, "payload": {"data": data}})


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretManager]:
    manager = SecretManager()
    monkeypatch.setattr(secret_manager, "ADDRESS", manager.url)
    monkeypatch.setattr(keys, "_read", {})
    monkeypatch.setattr(google.auth, "default", lambda **_: (AnonymousCredentials(), "demo"))
    monkeypatch.setenv("GCLOUD_PROJECT", "demo-keys")
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    yield manager
    manager.close()


class TestAKey:
    def test_is_the_newest_version_of_the_secret_that_is_named_and_read_once(
        self, manager: SecretManager, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REPLICATE_TOKEN_SECRET", "replicate-token")
        assert keys.value_of(keys.replicate()) == "r8_secret"
        assert keys.value_of(keys.replicate()) == "r8_secret"
        [asked] = manager.received
        assert asked.path == "/v1/projects/demo-keys/secrets/replicate-token/versions/latest:access"

    @pytest.mark.parametrize("value", ["r8_se\ncret", "r8 secret", "r8_sécret"])
    def test_that_no_header_holds_is_refused_and_not_quoted(
        self, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setenv("REPLICATE_API_TOKEN", value)
        with pytest.raises(FailedPrecondition, match="no valid key") as refused:
            keys.value_of(keys.replicate())
        assert "cret" not in str(refused.value)

    def test_that_nobody_stored_is_missing_until_somebody_does(
        self, manager: SecretManager, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REPLICATE_TOKEN_SECRET", "other")
        with pytest.raises(FailedPrecondition, match="replicate"):
            keys.value_of(keys.replicate())
        manager.secrets["other"] = "r8_other"
        assert keys.value_of(keys.replicate()) == "r8_other"

    def test_that_cannot_be_had_just_now_is_a_fault_that_may_pass(
        self, manager: SecretManager, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REPLICATE_TOKEN_SECRET", "replicate-token")
        manager.close()
        with pytest.raises(ProviderFailed) as caught:
            keys.value_of(keys.replicate())
        assert caught.value.retryable

    def test_in_the_environment_comes_first(
        self, manager: SecretManager, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REPLICATE_TOKEN_SECRET", "replicate-token")
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_local")
        assert keys.value_of(keys.replicate()) == "r8_local"
        assert not manager.received

    def test_that_no_parameter_names_is_not_asked_for(self, manager: SecretManager) -> None:
        with pytest.raises(FailedPrecondition):
            keys.value_of(keys.replicate())
        assert not manager.received
