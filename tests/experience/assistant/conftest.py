"""The model of a test's chats."""

import pytest

from experience.language_models import registry
from tests.support.assistant.chats import ChattingModel, Part, Speak


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Speak:
    """Have the model go through these rounds from now on."""

    def use(*rounds: tuple[Part, ...]) -> ChattingModel:
        model = ChattingModel(*rounds)
        monkeypatch.setitem(registry.MODELS, "chatting", lambda: model)
        monkeypatch.setenv("LANGUAGE_MODEL", "chatting")
        return model

    return use
