"""What the journal says of stages, decisions and what follows them."""

from evaltracker.evaluations.choices import Stage, VisitEnd
from evaltracker.pages.workspace import CODES, Phrases, register_words

STAGE: dict[VisitEnd, Phrases] = {
    VisitEnd.ADVANCED: (
        "moved the evaluation on to the next stage",
        "moved the evaluation on to the {stage} stage",
    ),
    VisitEnd.SENT_BACK: (
        "sent the evaluation back",
        "sent the evaluation back to the {stage} stage",
    ),
    VisitEnd.DECIDED: "ended the last stage with a decision",
    VisitEnd.CANCELLED: "ended the stage by cancelling the evaluation",
}
CODES.register("stage", {str(stage.value): stage.label.lower() for stage in Stage})

register_words(
    {
        **{f"stage.{end}": said for end, said in STAGE.items()},
        "gate.waived": ("waived a rule", "waived the rule “{rule}”"),
        "waiver_request.asked": (
            "asked leadership for a waiver",
            "asked leadership for a waiver of {thing}",
        ),
        "waiver_request.declined": (
            "declined a waiver",
            "declined a waiver of {thing}",
        ),
        "waiver_request.withdrawn": (
            "withdrew a request for a waiver",
            "withdrew the request for a waiver of {thing}",
        ),
        "evaluation.cancelled": "cancelled the evaluation",
        "evaluation.handed_on": (
            "handed the evaluation on",
            "handed the evaluation on to {owner}",
        ),
        "decision.drafted": (
            "changed the draft of the decision",
            "drafted the decision for {candidate}",
        ),
        "evaluation.decided": (
            "decided and froze the memo",
            "decided for {candidate} and froze the memo",
        ),
        "evaluation.exported": "downloaded the whole evaluation as a file",
        "test_invitation.sent": (
            "sent a test invitation",
            "sent a test invitation to the vendor of {candidate}",
        ),
        "evaluation.follows": "started this evaluation from an earlier one",
        "colleague.reminded": (
            "reminded a colleague",
            "reminded {person} of {of}",
        ),
        "pack.taken": "downloaded the evidence pack",
        "letter.written": (
            "rewrote a letter about the outcome",
            "rewrote the letter to {candidate}",
        ),
        "letter.sent": (
            "sent a letter about the outcome",
            "sent the letter about the outcome to {candidate}",
        ),
        "promise_check.moved": (
            "moved a promise check",
            "moved the promise check of {candidate} to {due_on}",
        ),
        "promise_check.waived": (
            "left out a promise check",
            "left out a promise check of {candidate}",
        ),
        "promise_check.judged": (
            "judged promises",
            "judged promises of {candidate}",
        ),
        "promise_check.closed": (
            "closed a promise check",
            "closed a promise check of {candidate}",
        ),
        "promise_check.measured": (
            "entered values of metrics",
            "entered values of metrics for a promise check of {candidate}",
        ),
        "contract_term.entered": "entered the dates of the contract",
        "contract_term.changed": (
            "changed the contract",
            "changed {fields} of the contract",
        ),
        "contract_term.settled": "said what becomes of the contract",
        "contract_term.renewed": "let the contract renew",
        "sign_off.refused": (
            "tried to sign, and was refused",
            "tried to sign as {subject}, and was refused",
        ),
    }
)
