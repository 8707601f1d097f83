"""The environment in which clients and functions find a suite."""

import json
from collections.abc import Mapping
from pathlib import Path

from emulator.process.ports import connect_address

Environment = Mapping[str, str]


def environment(
    project: str,
    bucket: str,
    region: str,
    addresses: Mapping[str, str],
    credentials: Path,
    debug_token: str | None = None,
) -> dict[str, str]:
    """The variables that Google's libraries and the Firebase CLI read, and the suite's own.

    `addresses` has host:port by the names of firebase.json, of `https` if phones are served, and of
    `appcheck` if App Check is enforced, which gives tokens for the debug token.
    """
    at = {name: connect_address(address) for name, address in addresses.items()}
    return {
        "REGION": region,
        "VITE_REGION": region,  # where the guest page reads it
        "GCLOUD_PROJECT": project,
        "GOOGLE_CLOUD_PROJECT": project,
        "FIRESTORE_EMULATOR_HOST": at["firestore"],
        "FIREBASE_AUTH_EMULATOR_HOST": at["auth"],
        "STORAGE_EMULATOR_HOST": f"http://{at['storage']}",
        "CLOUD_TASKS_EMULATOR_HOST": at["tasks"],
        "FUNCTIONS_EMULATOR_HOST": at["functions"],
        "EMULATOR_SUITE_HOST": at["hub"],
        "FUNCTIONS_EMULATOR": "true",
        "FIREBASE_CONFIG": json.dumps({"projectId": project, "storageBucket": bucket}),
        "GOOGLE_APPLICATION_CREDENTIALS": str(credentials),
        "CAMPAIGN_SECRET": "of-the-local-suite-alone",
        # Where the links in mails lead; without a guest page to where a deployment would have it.
        **({"PUBLIC_ORIGIN": f"http://{at['hosting']}"} if "hosting" in at else {}),
        **(_enforcing(at["appcheck"], debug_token) if debug_token else {}),
        **(_for_phones(f"https://{addresses['https']}") if "https" in addresses else {}),
    }


def _enforcing(app_check: str, debug_token: str) -> dict[str, str]:
    """What lets the functions refuse callers without a token, and clients get one."""
    return {
        "APP_CHECK_EMULATOR_HOST": app_check,
        "APP_CHECK_DEBUG_TOKEN": debug_token,
        "ENFORCE_APP_CHECK": "true",
        "CONSUME_APP_CHECK_TOKENS": "true",
    }


def _for_phones(origin: str) -> dict[str, str]:
    """Where pages find everything, if one origin serves it: the addresses that are handed out."""
    return {"LAN_ORIGIN": origin, "STORAGE_PUBLIC_URL": origin, "PUBLIC_ORIGIN": origin}
