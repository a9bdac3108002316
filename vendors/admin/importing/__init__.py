"""What floor 3 imports; importing this registers it."""

from vendors.admin.importing import candidates as candidates
from vendors.admin.importing import claims as claims
from vendors.admin.importing import costs as costs
