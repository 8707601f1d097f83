"""What identifies a piece of work: input hashes, cache keys and ids of artifacts."""

from collections.abc import Mapping
from typing import Any

from experience.ids import derived_id, fingerprint


def input_hash(skill_id: str, versions: Mapping[str, str], inputs: Any) -> str:
    """SHA-256 of resolved inputs, with the versions of skill, model and prompt.

    An artifact is hashed by its content: the same bytes from another run are the same input.
    """
    return fingerprint(skill_id, dict(versions), by_content(inputs))


def by_content(value: Any) -> Any:
    """The value, with each artifact reference reduced to the hash of its content."""
    if isinstance(value, dict):
        if {"id", "uri", "contentHash"} <= set(value):
            return {"artifact": value["contentHash"], "type": value.get("type")}
        return {key: by_content(each) for key, each in value.items()}
    if isinstance(value, list):
        return [by_content(each) for each in value]
    return value


def cache_key(workflow_name: str, step_id: str, hash_of_inputs: str) -> str:
    """The id under which a step's result is cached."""
    return fingerprint(workflow_name, step_id, hash_of_inputs)


def artifact_id(run_id: str, step_id: str, slot: str, content_hash: str) -> str:
    """The id of the artifact that a step wrote to a slot. Equal bytes have the same id."""
    return derived_id("artifact", run_id, step_id, slot, content_hash)
