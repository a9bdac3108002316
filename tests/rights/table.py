"""Whom every act, page and list is for: the promise.

An act, a page or a list that is in no table fails its test, so a new one cannot come
without saying whom it is for.
"""

ROLES = ("it", "engineering", "devops", "pm", "leadership")
EVERYBODY = ("lead", *ROLES, "operator", "stranger")
OUTSIDE = ("stranger",)

INSIDERS = {"lead", *ROLES}
# Declared a conflict of interest in the main purchase, so reads no answers there and
# judges nothing.
CONFLICTED = "it"
# Who may do it; every other insider and the operator are refused (403), the stranger
# finds nothing (404). What is not named here is the owner's alone.
ACTS_FOR: dict[str, set[str]] = {
    **dict.fromkeys(
        (
            "add-dazzle",
            "add-script-item",
            "ask-question",
            "attach-files",
            "change-script-item",
            "confirm-runs",
            "discuss",
            "draw-up-script",
            "end-demo",
            "enter-metric-values",
            "excuse-knock-out",
            "hold-demo",
            "judge-criteria",
            "judge-criterion",
            "judge-item",
            "judge-items",
            "judge-promises",
            "move-script-item",
            "note-research",
            "reconfirm-evidence",
            "reopen-thread",
            "resolve-thread",
            "record-evidence",
            "record-gap",
            "retest-gap",
            "write-demo-note",
        ),
        INSIDERS,
    ),
    "record-evidence": INSIDERS - {CONFLICTED},
    # Who is mentioned in the comment.
    "read-mention": {"it"},
    # A reader's own bookmark in what vendors sent.
    "mark-seen": INSIDERS | {"operator"},
    # Who may not sign reads what is signed, and why they may not.
    "sign": INSIDERS - {CONFLICTED} | {"operator"},
    # Everybody's own list of what waits on them, and what is new.
    "snooze-work": INSIDERS | {"operator"},
    "wake-work": INSIDERS | {"operator"},
    "excuse-knock-out": {"lead", "leadership"},
    "withdraw-excuse": {"lead", "leadership"},
    "waive-gate": {"leadership"},
    "answer-waiver-request": {"leadership"},
    "take-pack": {"lead", "leadership"},
    "confirm-price-opening": {"leadership"},
    "say-role-weights": set(ROLES),
    "agree-contract": set(ROLES),
    "agree-contracts": set(ROLES) - {"it"},
    "declare-interest": INSIDERS,
    "declare-interests": INSIDERS,
    # The first stakeholder of the main purchase is DevOps', who scores.
    "lend-part": {"devops"},
    "give-scores": {"devops"},
    "lock-scores": {"devops"},
    "close-condition": {"lead", "it"},
    "revoke-lending": {"lead", "it"},
    # IT looks after the contract.
    "settle-contract-term": {"lead", "it"},
    "export-evaluation": {"lead", "leadership"},
    # Whoever sees it and may start evaluations.
    "start-next": {"lead", "operator"},
    # A company belongs to no single purchase: who runs one keeps it, and the operator.
    "add-contact": {"lead", "operator"},
    "change-vendor": {"lead", "operator"},
}
NOT_THERE = dict.fromkeys((*ROLES, *OUTSIDE), 404)
# Acts on no row, or on rows that only some may see: the exact answers.
ANSWERS: dict[str, dict[str, int]] = {
    # The template is the lead's own; who starts evaluations sees that it is there.
    "drop-template": {
        **dict.fromkeys(ROLES, 404),
        **{"lead": 200, "operator": 403, "stranger": 404},
    },
    # People outside are there for whoever writes to them, a notice for its reader and
    # whoever runs the purchase.
    "change-contact": NOT_THERE | {"lead": 200, "operator": 200},
    "remove-contact": NOT_THERE | {"lead": 200, "operator": 200},
    "accept-contact": NOT_THERE | {"lead": 200, "operator": 404},
    "decline-contact": NOT_THERE | {"lead": 200, "operator": 404},
    # What a program asks is there for its person alone.
    "decline-asked": NOT_THERE | {"lead": 200, "operator": 404},
    "resend-notice": NOT_THERE | {"lead": 200, "operator": 403},
    "resolve-notice": NOT_THERE | {"lead": 200, "operator": 403},
    "start-evaluation": {"lead": 200, "operator": 200},
    "add-vendor": {"lead": 200, "operator": 200},
    "add-person": {"operator": 200},
    "import-evaluation": {"operator": 200},
    # Nobody has chosen a file to look at.
    "take-in-evaluation": dict.fromkeys(EVERYBODY, 404),
    # Everybody's own account.
    "ask-for-erasure": dict.fromkeys(EVERYBODY, 200),
    "change-address": dict.fromkeys(EVERYBODY, 200),
    "change-details": dict.fromkeys(EVERYBODY, 200),
    "change-my-notices": dict.fromkeys(EVERYBODY, 200),
    "make-token": dict.fromkeys(EVERYBODY, 200),
    # The lead's own.
    "revoke-personal-token": NOT_THERE | {"lead": 200, "operator": 200},
    "stop-calendar": dict.fromkeys(EVERYBODY, 200),
    "mark-news-seen": dict.fromkeys(EVERYBODY, 200),
}
# The row is the lead's own login, who may add people and so sees all logins; for
# everybody else it is not there.
BY_OPERATORS = {"lead": 403, "operator": 200}
# The login works and has a password, so there is no reason for it.
NO_REASON = {"lead": 403, "operator": 403}
ABOUT_PEOPLE = {
    "allow-login": NO_REASON,
    "change-person": BY_OPERATORS,
    "erase-person": BY_OPERATORS,
    "give-roles": {"lead": 200, "operator": 200},
    "invite-again": NO_REASON,
    "reset-factors": BY_OPERATORS,
    "set-password": BY_OPERATORS,
    "stop-login": BY_OPERATORS,
}
SEALED = ("change-cost-line", "remove-cost-line")
ON_PLACE = (
    "answer-requirement",
    "ask-to-excuse",
    "excuse-knock-out",
    "note-claim",
    "record-evidence",
    "rule-not-applicable",
    "withdraw-note",
)


def expected(name: str, who: str) -> int:
    """The status with which `who` is answered."""
    if name in ANSWERS:
        return ANSWERS[name].get(who, 403)
    if name in ABOUT_PEOPLE:
        return ABOUT_PEOPLE[name].get(who, 404)
    if who in OUTSIDE:
        return 404
    if name in SEALED:
        return 200 if who == "lead" else 404
    return 200 if who in ACTS_FOR.get(name, {"lead"}) else 403


# Acts stand in their own table; the others are tested where their rows are made.
ELSEWHERE = (
    *("act", "act_on", "grid"),
    *("attached_file", "claim_file", "confirm_address", "evidence_file"),
    "run_file",
)
# A cell of each grid, what it becomes, and who may do that in the main purchase. Who
# may not is refused (403), the stranger finds nothing (404).
GRID_CELLS: dict[str, tuple[str, object, set[str]]] = {
    "candidates": ("summary", "Other words", {"lead"}),
    "costs": ("", "12", {"lead"}),
    "criteria": ("method", "Other words", {"lead"}),
    "kinds": ("help", "Other words", {"lead"}),
    "milestones": ("owner_user", "Dana Weiss", {"lead"}),
    "own-answers": ("statement", "Other words", {"lead"}),
    "requirements": ("text", "Other words", {"lead"}),
    "stakeholders": ("scores", True, {"lead"}),
    "weights": ("weight", 3, {"lead"}),
}
# Where a grid is open, if that is not the main purchase.
GRID_AT = {"kinds": "office-cleaning", "weights": "data-catalogue"}
# Closed to everybody in the demo: a change of what is agreed needs a reason first.
CLOSED_GRIDS = {"criteria"}
# About the reader alone, so there for everybody.
OWN_PAGES = {
    "my_account",
    "my_calendar",
    "index",
    "my_notices",
    "my_tokens",
    "news",
    "search",
}
# The help is the same for all.
OWN_PAGES |= {"help", "help_picture"}
OWNERS_PAGES = {
    "evaluation_import_candidates": {"lead"},
    "evaluation_import_claims": {"lead"},
    "evaluation_import_costs": {"lead"},
    "evaluation_import_requirements": {"lead"},
    "evaluation_rest_candidates": {"lead"},
    "evaluation_rest_claims": {"lead"},
    "evaluation_rest_costs": {"lead"},
    "evaluation_rest_requirements": {"lead"},
    "evaluation_sheet_candidates": {"lead"},
    "evaluation_sheet_claims": {"lead"},
    "evaluation_sheet_costs": {"lead"},
    "evaluation_sheet_requirements": {"lead"},
    "issue_token": {"lead"},
    "run_token": {"lead"},
    "way_in": {"lead", "operator"},
    "answer_sheet": {"lead"},
}
# Those of the main purchase that tell what candidates answer, cost or did.
PAGES_OF_ANSWERS = {
    *("candidate", "candidate_costs", "cell", "own_answers", "working"),
    *(
        f"evaluation_{name}"
        for name in (
            *("buy_in", "comparison", "costs", "decision", "demos", "files"),
            *("letters", "matrix", "matrix_file", "promise_checks", "promised"),
            *("scores", "sent", "trials", "unanswered"),
        )
    ),
}
# Operators, and whoever has the right to audit, as the lead of this world does.
AUDITORS = {"lead", "operator"}
LISTS_FOR = {
    "evaluation": set(EVERYBODY),
    "vendor": set(EVERYBODY),
    "evaluationtemplate": {"lead", "operator"},
    "accountentry": {"operator"},
    "contact": {"lead", "operator"},
    "user": {"lead", "operator"},
    "vendortoken": {"lead", "operator"},
}
