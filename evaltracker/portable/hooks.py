"""Where portable hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.portable.importing
