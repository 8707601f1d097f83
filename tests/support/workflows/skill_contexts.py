"""A context for skills without an engine: artifacts in memory, and the local provider."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from experience.providers.local import Local
from experience.workflows.skills import (
    ArtifactRef,
    Context,
    File,
    Generation,
    GenerationRequest,
    SkillFailed,
    StepInfo,
)
from tests.support.media.memory_blobs import MemoryBlobs


class MemoryRuntime:
    """What a skill wrote, by slot, and what it published."""

    def __init__(self, objects: Mapping[str, bytes] | None = None) -> None:
        self.objects = dict(objects or {})
        self.refs: dict[str, ArtifactRef] = {}
        self.published: list[File] = []
        self._blobs = MemoryBlobs()

    def context(self, step_id: str = "step") -> Context:
        """The context of a step of workspace `w`."""
        return Context(
            step=StepInfo("w", "r", step_id, "skill", 1),
            artifacts=self,
            log=lambda message, **fields: None,
            cancelled=lambda: False,
            progress=lambda percentage, message: None,
            publish=self.publish,
            generate=self.generate,
        )

    def read(self, id_or_uri: str) -> bytes:
        """What was written or given under a URI."""
        if id_or_uri not in self.objects:
            raise SkillFailed("ARTIFACT_NOT_FOUND", "There is no such artifact.")
        return self.objects[id_or_uri]

    def write(
        self,
        slot: str,
        data: bytes,
        type: str,
        filename: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> ArtifactRef:
        """Keep bytes under a slot."""
        content_hash = hashlib.sha256(data).hexdigest()
        self.refs[slot] = ArtifactRef(
            id=f"a-{content_hash[:8]}",
            uri=f"gs://b/tenants/w/sha256/{content_hash}",
            type=type,
            content_hash=content_hash,
            size_bytes=len(data),
            filename=filename,
            metadata=dict(metadata or {}),
        )
        self.objects[self.refs[slot].uri] = data
        return self.refs[slot]

    def publish(self, files: Sequence[File]) -> Mapping[str, Any] | None:
        """Remember the files, as of a run without an owner."""
        self.published += files
        return None

    def generate(self, request: GenerationRequest) -> Generation:
        """What the local provider makes, as the artifact of its slot."""
        local = Local(self._blobs)
        made = local.fetch(local.submit(request.params, "key"))
        ref = self.write(request.slot, made.data, made.content_type)
        return Generation(id="g", provider_id="local", artifact=ref, cost_micros=0)
