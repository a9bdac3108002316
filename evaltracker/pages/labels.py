"""Names of fields as people read them."""

import re

# Codes of verdicts that say less than the words that people read for them.
VERDICTS = {"conditions": "conditional approval"}


def label(text: str) -> str:
    """“stage.sent_back” as “Stage sent back”."""
    return re.sub(r"[._]", " ", text).capitalize()
