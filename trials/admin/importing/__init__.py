"""What floor 4 imports; importing this registers it."""

from trials.admin.importing import scores as scores
