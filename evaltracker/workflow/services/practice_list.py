"""The made-up list that a vendor tries in a test invitation."""

from evaltracker.evaluations.choices import Priority

PROBLEM = "This is a test. The list is made up, and nothing of it counts."
HELP = "Made up for a test. Answer whatever you like."
# A list of the brief, for which one of the requirements must hold.
ROOMS = "Served in"
ROOM_NAMES = ("the kitchen", "the library", "the garden")
# By category: reference, priority, words, and whether it must hold for every room.
NEEDS: dict[str, tuple[tuple[str, Priority, str, bool], ...]] = {
    "Tea (made up)": (
        ("T1", Priority.MUST, "The teapot pours without a drip.", False),
        ("T2", Priority.MUST, "Tea is served in every room of the list.", True),
        ("T3", Priority.COULD, "The kettle sings when the water boils.", False),
    ),
    "Biscuits (made up)": (
        ("B1", Priority.MUST, "There is a biscuit for every guest.", False),
        ("B2", Priority.MUST, "The tin closes tightly.", False),
        ("B3", Priority.SHOULD, "Biscuits come in the shapes of animals.", False),
    ),
}
