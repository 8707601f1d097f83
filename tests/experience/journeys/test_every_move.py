"""Every pair of states through the callables of the guest: each is a move, or refused by name."""

from itertools import product

import pytest
from google.cloud.firestore import Client

from emulator.demo.client import CallError
from experience.journeys.models.moves import is_move
from experience.journeys.models.session import SessionState
from tests.experience.conftest import SignIn
from tests.experience.journeys.conftest import NewGuest
from tests.experience.journeys.journey_guest import PHOTO, JourneyGuest, put
from tests.support.calling import refused

CAPTURED = SessionState.CAPTURED
CALLS = {"createCaptureUpload": {"contentType": "image/jpeg", "sizeBytes": 99}, "saveCapture": {}}
STATES = [SessionState.CREATED, SessionState.READY]
"""One from which a photo may be taken, and one from which it may not."""


def in_state(guest: JourneyGuest, state: SessionState) -> None:
    """Put a session into a state with what the state has, and a photo that waits to be saved."""
    assert put(guest.create(), PHOTO) == 200
    fields = {
        SessionState.READY: {"resultImagePath": "https://example.com/result.png"},
        SessionState.ERROR: {
            "error": "AI transform failed: timeout after 45s",
            "errorCode": "TIMEOUT",
        },
    }
    guest.reference.update({"state": state.value, **fields.get(state, {})})
    guest.stored()


def try_call(signed_in: SignIn, guest: JourneyGuest, name: str, state: SessionState) -> None:
    client = signed_in(guest.uid)
    before = guest.stored()
    if is_move(state, CAPTURED):
        client.call(name, **guest.ids, **CALLS[name])
        after = guest.stored()
        expected = CAPTURED if name == "saveCapture" else state
        assert after["state"] == expected
        for name_of_error in ("error", "errorCode"):
            assert (name_of_error in after) == (expected is SessionState.ERROR)
        return
    error = refused(client, name, **guest.ids, **CALLS[name])
    assert isinstance(error, CallError)
    assert error.details == {"reason": "move_not_allowed", "from": state.value, "to": "captured"}
    assert guest.stored() == before


@pytest.mark.parametrize("state", STATES)
def test_a_photo_is_saved_where_the_machine_says_so(
    signed_in: SignIn, guest: JourneyGuest, state: SessionState
) -> None:
    in_state(guest, state)
    try_call(signed_in, guest, "saveCapture", state)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("state", "name"), list(product(SessionState, CALLS)))
def test_every_state_takes_a_photo_or_refuses_it_by_name(
    signed_in: SignIn, new_guest: NewGuest, state: SessionState, name: str
) -> None:
    guest = new_guest()
    in_state(guest, state)
    try_call(signed_in, guest, name, state)


@pytest.mark.exhaustive
@pytest.mark.parametrize("state", SessionState)
def test_inputs_and_positions_are_of_no_state(
    db: Client, new_guest: NewGuest, state: SessionState
) -> None:
    guest = new_guest()
    in_state(guest, state)
    guest.save("short_text", "text", value="Ada")
    guest.go_to(1)
    assert guest.stored()["state"] == state
    assert db.document(guest.reference.path).get().get("currentStepIndex") == 1
