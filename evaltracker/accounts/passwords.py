"""Which passwords are refused because somebody would guess them; nobody is asked.

No rule about kinds of letters: what counts is how many guesses a password takes of
whoever knows the lists of common and breached ones, and the words of this site.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn  # type: ignore[import-untyped]

from evaltracker.evaluations.models import User

# Decimal digits of the number of guesses that a password has to withstand.
GUESSES = 10
# What is looked at; of more letters the first are enough to tell.
LETTERS = 72
OF_THE_PRODUCT = ("evaltracker", "evaluation", "tracker", "vendor")
# A word of the site that is shorter stands in too many others.
SHORTEST = 4
# Letters that have to be left without the words of the site.
OWN_LETTERS = 6
LEET = str.maketrans("4@831!|05$7+", "aabeiilosstt")


class HardToGuess:
    """Refuses what is in the lists, or little more than words of this site."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError, with a sentence, for what is easy to guess."""
        known = context_words(user)
        if is_made_of(password, known):
            raise ValidationError(
                "This password is little more than a name of this site, its company or "
                "yours, which is what others would try first. Take other words.",
                code="password_of_context",
            )
        judged = zxcvbn(password[:LETTERS], user_inputs=sorted(known))
        if judged["guesses_log10"] < GUESSES:
            raise ValidationError(
                "This password is easy to guess or appears in lists of stolen ones. "
                "Three or four unrelated words are better.",
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return (
            "Three or four words that do not belong together are best; names of this "
            "site, your company and yourself do not count."
        )


def is_made_of(password: str, known: set[str]) -> bool:
    """Whether hardly a letter is left without words that everybody here knows."""
    letters = re.sub(r"[^a-z]", "", password.lower().translate(LEET))
    rest = letters
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != letters and len(rest) < OWN_LETTERS


def context_words(user: User | None) -> set[str]:
    """What is tried first here: the product, the site and the person, word by word."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    sources = [*OF_THE_PRODUCT, host, settings.DEFAULT_FROM_EMAIL]
    if user is not None:
        sources += [user.username, user.first_name, user.last_name, user.email]
    words = {
        word for source in sources for word in re.findall(r"[a-z]+", source.lower())
    }
    return {word for word in words if len(word) >= SHORTEST}
