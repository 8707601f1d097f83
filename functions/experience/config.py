"""What a deployment may set: every parameter with its default, read when it is used.

Set them in `functions/.env.PROJECT`. `functions/.env` holds these defaults, for the Firebase CLI.
"""

from firebase_functions.params import BoolParam, IntParam, StringParam

REGION = StringParam(
    "REGION",
    default="us-central1",
    description="Where every function runs. Web clients pass the same one to getFunctions().",
)

UPLOAD_URL_SECONDS = IntParam(
    "UPLOAD_URL_SECONDS",
    default=15 * 60,
    description="How long a signed upload address stays valid.",
)

DOWNLOAD_URL_SECONDS = IntParam(
    "DOWNLOAD_URL_SECONDS",
    default=60 * 60,
    description="How long a signed download address stays valid.",
)

ENFORCE_APP_CHECK = BoolParam(
    "ENFORCE_APP_CHECK",
    default=False,
    description="Whether every callable refuses clients without a valid App Check token.",
)

CONSUME_APP_CHECK_TOKENS = BoolParam(
    "CONSUME_APP_CHECK_TOKENS",
    default=False,
    description="Whether, with App Check enforced, calls that cost money use up their token.",
)

SESSIONS_PER_GUEST_AND_HOUR = IntParam(
    "SESSIONS_PER_GUEST_AND_HOUR",
    default=60,
    description="How many sessions one guest may begin within an hour.",
)

TRANSFORMS_PER_GUEST_AND_HOUR = IntParam(
    "TRANSFORMS_PER_GUEST_AND_HOUR",
    default=20,
    description="How many transforms one guest may start or retry by hand within an hour.",
)

TRANSFORMS_PER_GUEST_AND_DAY = IntParam(
    "TRANSFORMS_PER_GUEST_AND_DAY",
    default=30,
    description="How many transforms one guest may have in a day, automatic ones included.",
)

PAID_TRANSFORMS_PER_PROJECT_AND_DAY = IntParam(
    "PAID_TRANSFORMS_PER_PROJECT_AND_DAY",
    default=1000,
    description="How many transforms by a paid vendor a project has per day, if it sets no limit.",
)

JOURNEY_TRANSFORM_SECONDS = IntParam(
    "JOURNEY_TRANSFORM_SECONDS",
    default=45,
    description="How long the transform of an event's session may take, all its retries included.",
)

UPLOADS_PER_GUEST_AND_HOUR = IntParam(
    "UPLOADS_PER_GUEST_AND_HOUR",
    default=30,
    description="How many uploads one guest may begin within an hour, in all their sessions.",
)

EVENTS_PER_PLAYER_AND_HOUR = IntParam(
    "EVENTS_PER_PLAYER_AND_HOUR",
    default=2000,
    description="How many progress events of one player in one experience count within an hour.",
)

ERASE_DELETED_ACCOUNTS = BoolParam(
    "ERASE_DELETED_ACCOUNTS",
    default=False,
    description="Whether a weekly sweep erases the players whose account was deleted.",
)

MISSING_ACCOUNTS_PERCENT = IntParam(
    "MISSING_ACCOUNTS_PERCENT",
    default=1,
    description="How many percent of the players that sweep may find without account and go on.",
)

SESSION_IDLE_HOURS = IntParam(
    "SESSION_IDLE_HOURS",
    default=24,
    description="How long an active session may stay untouched before it counts as abandoned.",
)

STATUS_SECONDS = IntParam(
    "STATUS_SECONDS",
    default=60,
    description="How long an instance remembers whether a project or a workspace is still open.",
)

SWEEP_GRACE_SECONDS = IntParam(
    "SWEEP_GRACE_SECONDS",
    default=120,
    description="How long an event or a task may be on its way before a sweep does its work.",
)

PROVIDER_TIMEOUT_SECONDS = IntParam(
    "PROVIDER_TIMEOUT_SECONDS",
    default=60,
    description="How long a vendor of pictures may take for the answer to one request.",
)

VENDOR_PICTURES_PER_WORKSPACE = IntParam(
    "VENDOR_PICTURES_PER_WORKSPACE",
    default=5,
    description="How many pictures of one workspace vendors may work on at once; others wait.",
)

REPLICATE_TOKEN_SECRET = StringParam(
    "REPLICATE_TOKEN_SECRET",
    default="",
    description="The secret of this project that holds a Replicate API token; empty: not used.",
)

GEMINI_KEY_SECRET = StringParam(
    "GEMINI_KEY_SECRET",
    default="",
    description="The secret of this project that holds a Gemini API key; empty: not used.",
)

REVEAL_AFTER_SECONDS = IntParam(
    "REVEAL_AFTER_SECONDS",
    default=120,
    description="When a closed campaign's seeds are revealed; never before its last call can end.",
)

CAMPAIGN_SECRET_NAME = StringParam(
    "CAMPAIGN_SECRET_NAME",
    default="",
    description="The secret of this project that campaigns draw prizes by; empty: not used.",
)

REPLICATE_API_URL = StringParam(
    "REPLICATE_API_URL",
    default="https://api.replicate.com/v1",
    description="Where Replicate's API answers. Another one is for tests.",
)

GEMINI_API_URL = StringParam(
    "GEMINI_API_URL",
    default="https://generativelanguage.googleapis.com/v1beta",
    description="Where Gemini's API answers. Another one is for tests.",
)

PROVIDER_PRICES = StringParam(
    "PROVIDER_PRICES",
    default="",
    description="Prices in micro-dollars beyond the known ones, as docs/providers.md has them.",
)

PUBLIC_ORIGIN = StringParam(
    "PUBLIC_ORIGIN",
    default="",
    description="Where Hosting serves the pages that links lead to; empty: https://PROJECT.web.app.",
)

LANGUAGE_MODEL = StringParam(
    "LANGUAGE_MODEL",
    default="local",
    description="Which language model writes texts: local (no network, no key), gemini or openai.",
)

LANGUAGE_MODEL_TIMEOUT_SECONDS = IntParam(
    "LANGUAGE_MODEL_TIMEOUT_SECONDS",
    default=60,
    description="How long one call of a language model may take, all its tries included.",
)

GEMINI_LANGUAGE_MODEL = StringParam(
    "GEMINI_LANGUAGE_MODEL",
    default="gemini-3.5-flash",
    description="Which model of the Gemini API the language model gemini is.",
)

OPENAI_LANGUAGE_MODEL = StringParam(
    "OPENAI_LANGUAGE_MODEL",
    default="gpt-4.1-mini",
    description="Which model openai asks for, by the name that its server knows.",
)

OPENAI_API_URL = StringParam(
    "OPENAI_API_URL",
    default="https://api.openai.com/v1",
    description="Where chat completions are served: by OpenAI, Ollama, llama.cpp, vLLM or others.",
)

OPENAI_KEY_SECRET = StringParam(
    "OPENAI_KEY_SECRET",
    default="",
    description="The secret of this project that holds the key of OPENAI_API_URL; empty: none.",
)

TOKENS_PER_WORKSPACE_AND_DAY = IntParam(
    "TOKENS_PER_WORKSPACE_AND_DAY",
    default=2_000_000,
    description="How many tokens of language models a workspace may use in a day, if it sets none.",
)

CHAT_RETENTION_DAYS = IntParam(
    "CHAT_RETENTION_DAYS",
    default=365,
    description="How many days after its last message a chat with the assistant is deleted.",
)

STEP_LEASE_MARGIN_SECONDS = IntParam(
    "STEP_LEASE_MARGIN_SECONDS",
    default=15,
    description="How long after the end of its time a step's worker counts as gone.",
)

STEP_PAUSE_LIMIT_SECONDS = IntParam(
    "STEP_PAUSE_LIMIT_SECONDS",
    default=3600,
    description="The longest pause before another attempt at a step that failed.",
)

ARTIFACT_GRACE_HOURS = IntParam(
    "ARTIFACT_GRACE_HOURS",
    default=24,
    description="How long an object of a run may lie unreferenced before it is collected.",
)
