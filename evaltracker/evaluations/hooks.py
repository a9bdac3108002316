"""Where the record hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.toolbox.database
import evaltracker.toolbox.full_text
import evaltracker.toolbox.migrating
