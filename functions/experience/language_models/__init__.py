"""Who writes texts, colours and plans: the templates of this process, or a vendor's model.

They know no database. What a model says passes the checks of `structured` before anyone uses it.
"""

ROOMS = (
    "models",
    "colours",
    "outputs",
    "prompts",
    "grammar",
    "filling",
    "local_chat",
    "local",
    "schemas",
    "vendor",
    "gemini",
    "openai",
    "registry",
    "structured",
)
