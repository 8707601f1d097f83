"""All migrations, in their order."""

import hashlib
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

from operations import migrations
from operations.schema_changes.declaration import Migration
from operations.schema_changes.state import MigrationError

FOLDER = Path(migrations.__file__).parent
NAME = re.compile(r"\d{4}_[a-z0-9_]+")


@cache
def read() -> tuple[Migration, ...]:
    """The modules of `operations/migrations/`.

    Raises MigrationError unless they are numbered from 0001 on, can be imported, and have what each
    must have.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    for number, name in enumerate(names, 1):
        if not NAME.fullmatch(name) or int(name[:4]) != number:
            raise MigrationError(f"operations/migrations/{name}.py is not number {number:04}")
    return tuple(map(_migration, names))


def _migration(name: str) -> Migration:
    try:
        module = importlib.import_module(f"{migrations.__name__}.{name}")
    except Exception as error:
        raise MigrationError(f"operations/migrations/{name}.py is no module: {error}") from error
    for needed in ("QUERY", "change"):
        if not hasattr(module, needed):
            raise MigrationError(f"operations/migrations/{name}.py has no {needed}")
    source = inspect.getsource(module).encode()
    return Migration(
        id=name,
        title=(inspect.getdoc(module) or "").partition("\n")[0],
        query=module.QUERY,
        change=module.change,
        inverse=getattr(module, "inverse", None),
        code=hashlib.sha256(source).hexdigest()[:16],
    )
