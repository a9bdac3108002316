"""Names of fields as people read them."""

import re


def label(text: str) -> str:
    """“stage.sent_back” as “Stage sent back”."""
    return re.sub(r"[._]", " ", text).capitalize()
