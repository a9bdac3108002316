"""Where the record hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.toolbox.redaction
