"""Which of its claims a vendor asks for by the parameters of a list."""

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from vendors.models import Candidate, Claim
from vendors.selectors import own_claims, own_claims_to_confirm, own_history

SWITCHES = {"history": own_history, "to_confirm": own_claims_to_confirm}


def claims_asked_for(candidate: Candidate, given: QueryDict) -> QuerySet[Claim]:
    """Those that stand, unless a switch asks for others.

    Raises:
        ValidationError: a switch is neither 0 nor 1, or two are on.

    """
    wrong = [name for name in SWITCHES if given.get(name, "0") not in ("0", "1")]
    if wrong:
        raise ValidationError({name: ["It must be 0 or 1."] for name in wrong})
    on = [name for name in SWITCHES if given.get(name) == "1"]
    if len(on) > 1:
        raise ValidationError({on[1]: [f"Not together with {on[0]}."]})
    return SWITCHES[on[0]](candidate) if on else own_claims(candidate)
