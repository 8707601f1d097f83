"""What web developers are told about the functions, made from the functions themselves.

`python -m contract` writes the typed client's generated sources and the reference pages; the tests
hold what is committed to it.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# As deployed, where functions/ itself is on the path.
if str(ROOT / "functions") not in sys.path:
    sys.path.append(str(ROOT / "functions"))
