"""Where the record hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.kit.redaction
import evaltracker.kit.replaced_migrations
