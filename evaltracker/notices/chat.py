"""What a chat room is told, and what its server made of it."""

import http.client
import json
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.choices import ChatFlavour
from evaltracker.kit.safe_post import NotAllowed, NotSent, post
from evaltracker.kit.single_line import one_line
from evaltracker.notices.kinds import Brief
from evaltracker.notices.mail import spoken
from evaltracker.notices.smtp import Answer, Verdict

# Asked for later, or a fault of the server's own.
LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line for one room."""

    url: str
    body: bytes


def hand_to_chat(posting: Posting) -> Answer:
    """Post, and say what became of it; never raises nor tells the address."""
    try:
        reply = post(posting.url, posting.body)
    except NotAllowed as error:
        return Answer(Verdict.NEVER, str(error))
    except NotSent as error:
        return Answer(Verdict.LATER, str(error))
    except (OSError, http.client.HTTPException) as error:
        return Answer(Verdict.UNCLEAR, f"No answer: {type(error).__name__}")
    words = f"{reply.status} {one_line(reply.words)}"[:200]
    if 200 <= reply.status < 300:
        return Answer(Verdict.TAKEN)
    if reply.status in LATER or reply.status >= 500:
        return Answer(Verdict.LATER, words)
    # A redirect, too: a room that has moved has a new address.
    return Answer(Verdict.NEVER, words)


def payload(flavour: str, brief: Brief, zone: str) -> bytes:
    """A line as that chat reads it; dates in the zone of the evaluation."""
    date = spoken(brief.due_at, zone) if brief.due_at else ""
    made = _for_teams if flavour == ChatFlavour.TEAMS else _for_slack
    return json.dumps(made(brief, date)).encode()


def _for_slack(brief: Brief, date: str) -> dict[str, Any]:
    lines = [f"*{_plain(brief.headline)}* – {_plain(brief.evaluation)}"]
    if date:
        lines.append(_plain(date))
    lines.append(f"<{brief.link}|{_plain(brief.action)}>")
    return {"text": "\n".join(lines), "unfurl_links": False}


def _plain(text: str) -> str:
    """Nobody's words mention a channel or make a link (Slack's own escapes)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_teams(brief: Brief, date: str) -> dict[str, Any]:
    """A card whose texts are runs, which know no markup."""

    def line(text: str, **style: Any) -> dict[str, Any]:
        run = {"type": "TextRun", "text": text, **style}
        return {"type": "RichTextBlock", "inlines": [run]}

    body = [line(brief.headline, weight="Bolder"), line(brief.evaluation)]
    if date:
        body.append(line(date))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [
            {"type": "Action.OpenUrl", "title": brief.action, "url": brief.link}
        ],
    }
    attached = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": card,
    }
    return {"type": "message", "attachments": [attached]}
