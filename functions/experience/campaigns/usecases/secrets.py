"""The one secret that campaigns draw by: out of Secret Manager, locally out of the environment."""

import os

from experience import config, secret_manager
from experience.campaigns.models import draws
from experience.campaigns.models.draws import Seed
from experience.errors import FailedPrecondition
from experience.secret_manager import NEWEST, Secret

VARIABLE = "CAMPAIGN_SECRET"
OF_THE_ENVIRONMENT = "environment"
MIN_BYTES = 16

_read: dict[tuple[str, str], Secret] = {}


def newest_secret() -> Secret:
    """The secret of a new draw. Raises FailedPrecondition `campaign_secret_missing`.

    A variable `CAMPAIGN_SECRET` comes first: the suite has no Secret Manager. Else the newest
    version of the secret is read, once in the life of an instance.
    """
    return _secret(NEWEST)


def new_seed(workspace_id: str, campaign_id: str, n: int) -> Seed:
    """The seed of a new draw. Raises as `newest_secret`."""
    secret = newest_secret()
    value = draws.seed_of(secret.value.encode(), workspace_id, campaign_id, n)
    return Seed(value, secret.version)


def seed(workspace_id: str, campaign_id: str, n: int, secret_version: str) -> bytes:
    """The seed of an earlier draw. Raises as `newest_secret`."""
    return draws.seed_of(_secret(secret_version).value.encode(), workspace_id, campaign_id, n)


def claim_key(workspace_id: str, campaign_id: str, secret_version: str) -> bytes:
    """The key of a campaign's codes and tickets. Raises as `newest_secret`."""
    return draws.claim_key_of(_secret(secret_version).value.encode(), workspace_id, campaign_id)


def _secret(version: str) -> Secret:
    value = os.environ.get(VARIABLE)
    if value and version in (NEWEST, OF_THE_ENVIRONMENT):
        return Secret(OF_THE_ENVIRONMENT, value)
    name = config.CAMPAIGN_SECRET_NAME.value
    secret = _read.get((name, version))
    if secret is None and name:
        secret = secret_manager.read(name, version)
        if secret and len(secret.value) >= MIN_BYTES:
            _read[name, version] = secret
            return secret
        secret = None
    if secret is None:
        raise FailedPrecondition(
            "campaign_secret_missing",
            f"This deployment has no secret of {MIN_BYTES} characters that campaigns draw by.",
        )
    return secret
