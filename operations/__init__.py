"""What the people who run a deployment do from a terminal, on any project.

    python -m operations bootstrap …    the first workspace and its owner
    python -m operations check …        whether the stored data keeps the invariants
    python -m operations preflight …    what the project lacks of what the code needs
    python -m operations erase-guest …  a guest with everything of theirs, on request
    python -m operations migrate …      the stored documents, in the shape of this version

They talk to the project that `--project` names with the credentials of the environment
(`gcloud auth application-default login`), or to the emulators that the environment names.
"""

import sys
from pathlib import Path

# The runtime is imported as it is deployed: from the functions folder.
sys.path.append(str(Path(__file__).resolve().parents[1] / "functions"))
