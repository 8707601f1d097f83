"""What every deployed function shares: its region, and how much of it may run at once."""

from collections.abc import Callable
from typing import Any

import flask

from experience import config

Handler = Callable[[flask.Request], flask.Response]

# The SDK takes a parameter here and writes it to the manifest, but its types do not say so.
REGION: Any = config.REGION

# What one instance serves at once. functions/.env tells the framework to keep as many threads.
CONCURRENCY = 32
# A bound on what a flood of calls can cost.
MAX_INSTANCES = 100
