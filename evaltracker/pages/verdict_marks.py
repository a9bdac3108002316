"""How a verdict looks: words, a shape, and a tone that only repeats the two."""

Mark = tuple[str, str, str]

UNKNOWN_MARK: Mark = ("nothing", "empty", "calm")

# Availability as a vendor states it, and verdicts as people judge it.
MARKS: dict[str, Mark] = {
    "now": ("now", "full", "info"),
    "beta": ("beta", "half", "info"),
    "planned": ("planned", "ring", "calm"),
    "on_request": ("on request", "ring", "calm"),
    "never": ("never", "bar", "warn"),
    "partial": ("in part", "half", "calm"),
    "unstated": ("not stated", "dots", "calm"),
    "slipped": ("slipped", "hourglass", "bad"),
    "withdrawn": ("withdrawn", "empty", "calm"),
    "holds": ("holds", "full", "good"),
    "partly": ("partly", "diamond", "warn"),
    "fails": ("fails", "cross", "bad"),
    "not_shown": ("not shown", "dots", "calm"),
}

STANDINGS: dict[str, Mark] = {
    "unanswered": ("Unanswered", "empty", "calm"),
    "claimed": ("Claimed", "ring", "info"),
    "shown": ("Shown", "half", "info"),
    "proven": ("Proven", "full", "good"),
    "partly": ("Partly", "diamond", "warn"),
    "refuted": ("Refuted", "cross", "bad"),
    "never": ("Never", "bar", "warn"),
    "slipped": ("Slipped", "hourglass", "bad"),
}
