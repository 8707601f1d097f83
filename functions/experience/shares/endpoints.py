"""The callable that takes the addresses of a picture back."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.sessions.models.views import SessionView
from experience.shares import usecases
from experience.shares.models import RevokeShare


@callable_function(
    RevokeShare,
    refuses=[
        reasons.SESSION_NOT_FOUND,
        reasons.JOB_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.NO_RESULT,
        reasons.PROJECT_NOT_FOUND,
        reasons.CONTENTION,
    ],
)
def revoke_share(caller: Caller, request: RevokeShare) -> SessionView:
    """Give the picture a new address; every one that was handed out before ends; attendants too."""
    return usecases.revoke_share(caller.uid, request)
