"""The column names and words that an import of requirements understands."""

from evaltracker.evaluations.choices import Priority

# By field, what people call its column; the first that a header has is taken, so the
# more exact name stands first. Case, blanks and marks do not count.
REF_COLUMNS = (
    "ref",
    "reference",
    "requirementref",
    "subid",
    "requirementid",
    "requirementno",
    "requirementnumber",
    "reqid",
    "reqno",
    "questionid",
    "questionno",
    "controlid",
    "id",
    "no",
    "nr",
    "number",
    "#",
    "key",
    "code",
    "itemno",
    "index",
)
# These name the thing itself: a ref where there is none, a text where there is one.
STORY_COLUMNS = ("iwantto", "iwant", "ineedto")
NAME_COLUMNS = (
    *("capability", "criterion", "criteria", "feature", "requirement", "question"),
    *STORY_COLUMNS,
)
TEXT_COLUMNS = (
    "text",
    "texthtml",
    "whatweneed",
    "requirementtext",
    "requirementdescription",
    "question",
    "requirement",
    "label",
    "description",
    "topic",
    "title",
    *STORY_COLUMNS,
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "ref": REF_COLUMNS,
    "text": TEXT_COLUMNS,
    "name": NAME_COLUMNS,
    "category": (
        "category",
        "section",
        "chapter",
        "group",
        "area",
        "theme",
        "questionnaire",
        "set",
        *("domain", "domaintitle", "ccmdomaintitle"),
        *("epic", "module", "functionalarea", "topic"),
    ),
    "priority": ("priority", "moscow", "importance", "obligation"),
    "weight": ("weight", "weighting", "weightpercent", "weightinpercent"),
    "vendor_help": ("vendorhelp", "help", "hint", "guidance", "helptext"),
    "scorer_help": ("scorerhelp", "scoringhelp", "scoringguidance"),
    "must_hold_for": ("mustholdfor",),
    "measure": ("measure", "measuredby", "acceptancemeasure"),
}
# The last word of a name above refs: “BR_ID”, “FR #”, “Req. Nr.”.
REF_WORDS = frozenset({"id", "no", "nr", "num", "number", "ref", "#"})
# What has an ID of its own and is no requirement.
OTHERS = frozenset(
    {
        *("parent", "test", "ticket", "issue", "user", "vendor", "candidate"),
        *("supplier", "company", "product", "evidence", "linked", "source", "phone"),
    }
)
# What stands above the answers of a questionnaire.
ANSWER_COLUMNS = (
    *("answer", "response", "answers", "responses"),
    *("vendoranswer", "vendoranswers", "vendorresponse"),
    *("supplieranswer", "supplierresponse", "bidderresponse", "yourresponse"),
    *("youranswer", "cspcaiqanswer", "caiqanswer", "consensusassessmentanswers"),
)
# A column of these makes the file a list of claims: a row per requirement and
# candidate.
CANDIDATE_COLUMNS = (
    "candidate",
    "platform",
    "product",
    "vendor",
    "supplier",
    "vendorname",
    "companyname",
    "company",
    "tool",
    "bidder",
    "offeror",
)
COMPONENT_COLUMNS = ("component",)
# What stands in a table beside the answers and is neither.
SIDE_COLUMNS = frozenset(
    {
        "url",
        "website",
        "link",
        "evidenceurl",
        "evidence",
        "version",
        "total",
        "sum",
        "score",
        *("winner", "verdict", "recommendation", "best"),
        "notes",
        "comment",
        "comments",
        "remarks",
        *(name for names in COLUMNS.values() for name in names),
        *CANDIDATE_COLUMNS,
        *COMPONENT_COLUMNS,
    }
)
PRIORITIES: dict[str, Priority] = {
    **dict.fromkeys(
        ("must", "musthave", "mandatory", "essential", "required", "m"), Priority.MUST
    ),
    **dict.fromkeys(("should", "shouldhave", "important", "s"), Priority.SHOULD),
    **dict.fromkeys(
        ("could", "couldhave", "nicetohave", "desirable", "optional", "c"),
        Priority.COULD,
    ),
}
# Names of columns in one of which a priority is crossed.
CROSSED = frozenset({*PRIORITIES, "high", "medium", "low"})
DEFAULT_CATEGORY = "General"
