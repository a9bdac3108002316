"""What the journal says of people, rules and signatures."""

from evaltracker.pages.workspace import CODES, register_words
from stakeholders.choices import Role, Verdict

GIVEN = {
    Verdict.APPROVE: "approved",
    Verdict.CONDITIONS: "conditional approval",
    Verdict.DECLINE: "declined",
    Verdict.RETURN: "returned for changes",
}
CODES.register("role", {str(role.value): str(role.label) for role in Role})
CODES.register("verdict", {str(verdict): said for verdict, said in GIVEN.items()})

register_words(
    {
        "stakeholder.added": ("added a stakeholder", "added {user} for {role}"),
        "stakeholder.changed": (
            "changed a stakeholder",
            "changed {fields} of {subject}",
        ),
        "stakeholder.removed": ("removed a stakeholder", "removed {user} from {role}"),
        "role_weight.said": (
            "set a weight of a role",
            "weighed {category} with {weight} for {role}",
        ),
        "sign_off_rule.set": (
            "set who must sign",
            "asked {required} of {role} to sign the {stage} stage",
        ),
        "sign_off_rule.usual_set": "asked the usual roles to sign each stage",
        "sign_off_rule.removed": (
            "removed a sign-off rule",
            "no longer asks {role} to sign the {stage} stage",
        ),
        "sign_off.given": (
            "signed off",
            "signed the {stage} stage for {role}: {verdict}",
        ),
        "sign_off.round_opened": (
            "asked for the signatures of a stage again",
            "asked for the signatures anew: {subject}",
        ),
        "condition.closed": ("closed a condition", "closed the condition “{text}”"),
        "delegation.given": (
            "named a substitute",
            "named {substitute} as the substitute of {for} for {role}",
        ),
        "delegation.revoked": (
            "ended a substitution",
            "ended the substitution by {substitute}",
        ),
        "delegation.lapsed": (
            "ended a substitution whose days are over",
            "ended the substitution by {substitute}, whose days are over",
        ),
    }
)
