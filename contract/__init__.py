"""What web developers get from the functions: a typed client and reference pages.

`python -m contract` generates both from the functions themselves. Tests compare what is committed
with what it generates.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# As deployed, where functions/ itself is on the path.
if str(ROOT / "functions") not in sys.path:
    sys.path.append(str(ROOT / "functions"))
