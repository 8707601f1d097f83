"""Check a commit's message: an imperative subject, a blank line, a body that says why.

Standard library only, so that the hook runs before anything is installed:
`python3 tools/commit_message.py FILE`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_SUBJECT_CHARACTERS = 72

# git writes these itself, or folds them into another commit.
GENERATED = re.compile(r'Merge |Revert "|(?:fixup|squash|amend)! ')
SCISSORS = re.compile(r"^# -+ >8 -+\n.*", re.MULTILINE | re.DOTALL)

# First words of subjects that describe: no verbs, or verbs in another form ("added", "adds").
NOT_VERB = re.compile(
    r"an?|the|th(?:is|at|ese|ose)|its?|there|here|wh(?:at|ere|en|ich|o|oever|ose|y)|how"
    r"|all|any|each|every|no(?:body|ne|thing|t|w)?|some|several|more|most|less|fewer|many|much"
    r"|one|two|three|and|but|or|so|if|as|at|by|for|from|in|of|on|to|with|without|never|new|old"
)
OTHER_FORM = re.compile(r"\w{2,}(?:ed|ing|[^s]s)")
# Imperatives that only look like such a form.
IMPERATIVE = re.compile(
    r"bleed|breed|embed|exceed|feed|heed|need|proceed|re-?seed|seed|shed|shred|speed|succeed|weed"
    r"|bring|ping|ring|sing|spring|string|swing|bias|canvas|focus"
)


def problems(message: str) -> Iterator[str]:
    """What is wrong with a message, as git hands it over: comments and the diff still in it."""
    lines = [line for line in SCISSORS.sub("", message).splitlines() if not line.startswith("#")]
    subject, *rest = "\n".join(lines).strip("\n").split("\n")
    if GENERATED.match(subject):
        return
    if not subject.strip():
        yield "The message is empty."
        return
    if len(subject) > MAX_SUBJECT_CHARACTERS:
        yield f"The subject has {len(subject)} characters, {MAX_SUBJECT_CHARACTERS} at most."
    if subject != subject.strip():
        yield "The subject has spaces around it."
    if ";" in subject:
        yield "The subject has a semicolon: make it one commit for each change."
    if subject.rstrip().endswith((".", "!", ":", ",")):
        yield "The subject ends with a punctuation mark."
    yield from _form(subject)
    if rest and rest[0].strip():
        yield "The second line is not blank."


def _form(subject: str) -> Iterator[str]:
    """Whether the subject begins like an order: 'Limit the number of values'."""
    first = subject.split(maxsplit=1)[0]
    word = first.lower()
    if first.endswith(":"):
        yield f"The subject begins with the label {first!r}: begin with a verb."
    elif not first[0].isupper():
        yield "The subject does not begin with a capital letter."
    elif NOT_VERB.fullmatch(word) or (
        OTHER_FORM.fullmatch(word) and not IMPERATIVE.fullmatch(word)
    ):
        yield f"The subject begins with {first!r}: begin with a verb in the imperative."


def main() -> None:
    """Check the message in a file, as git's commit-msg hook names it."""
    [path] = sys.argv[1:]
    found = list(problems(Path(path).read_text(encoding="utf-8")))
    if found:
        sys.exit("\n".join(["This commit's message needs a change:", *(f"- {p}" for p in found)]))


if __name__ == "__main__":
    main()
