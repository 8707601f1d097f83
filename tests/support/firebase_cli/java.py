"""The `java` that the Firebase CLI finds in a test:  java.py JAVA JAR RULES ARGUMENTS...

JAVA, but for three things. The CLI asks for Java 21, while the emulator in JAR runs on the Java
that was found. The Cloud SDK's JAR names no main class. And where RULES is empty, as the evaluator
of storage.rules is not on this machine, everything is refused here, as those rules do. That
protocol is in lib/emulator/storage/rules/runtime.js of firebase-tools: a JSON object for each line.
"""

import json
import os
import sys
from pathlib import Path

from emulator.firestore.installation import MAIN_CLASS


def main(java: str, jar: str, rules: str, *arguments: str) -> None:
    if "-version" in arguments:
        print('openjdk version "21.0.0"', file=sys.stderr)
    elif rules in arguments and not Path(rules).stat().st_size:
        refuse_all()
    else:
        started = " ".join(arguments).replace(f"-jar {jar}", f"-cp {jar} {MAIN_CLASS}")
        os.execv(java, [java, *started.split()])


def refuse_all() -> None:
    print(json.dumps({"id": -1, "status": "ok"}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        result = {"rulesVersion": 2} if asked["action"] == "load_ruleset" else {"permit": False}
        response = {"id": asked["id"], "status": "ok", "errors": [], "warnings": []}
        print(json.dumps({**response, "result": result}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
