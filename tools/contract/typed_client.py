"""The generated sources of `web/client`: the schema, the names, and the types from the schema."""

import subprocess

from tools import ROOT
from tools.contract import declarations, schema
from tools.contract.declarations import DOCUMENTS

WEB = ROOT / "web"
FOLDER = WEB / "client"
NAMES = FOLDER / "src" / "names.ts"
TYPES = FOLDER / "src" / "types.ts"

BANNER = "// Written by `make client` from the functions' models. Do not edit.\n"


def names() -> str:
    """`names.ts`: names and paths, which types cannot express at run time."""
    listed = "".join(f'  "{each.name}",\n' for each in declarations.callables())
    limited = "".join(
        f'  "{each.name}",\n' for each in declarations.callables() if each.consumes_token
    )
    parts = [
        BANNER,
        'import type { Callables } from "./types.js";\n',
        "/** The name of every callable. */\n"
        f"export const CALLABLES = [\n{listed}] as const satisfies readonly (keyof Callables)[];\n",
        "/** Those that cost money: a deployment may ask for an App Check token that is new. */\n"
        f"export const LIMITED_USE = new Set<keyof Callables>([\n{limited}]);\n",
        "/** The paths of the documents that clients may listen to. */\n"
        f"export const paths = {{\n{''.join(map(_path, DOCUMENTS))}}} as const;\n",
    ]
    return "\n".join(parts)


def _path(document: declarations.ListenedDocument) -> str:
    arguments = ", ".join(f"{each}: string" for each in document.ids)
    template = document.path.replace("{", "${")
    return f"  {document.name}: ({arguments}) => `{template}`,\n"


def types(node: str = "node") -> str:
    """`types.ts`, which Node.js generates from the schema on the disk."""
    run = subprocess.run(
        [node, "generate.mjs"], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    return run.stdout


def write(node: str = "node") -> None:
    """Write all three."""
    schema.FILE.write_text(schema.text())
    NAMES.write_text(names())
    TYPES.write_text(types(node))
