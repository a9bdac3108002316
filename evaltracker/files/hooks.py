"""Where files hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.files.admin.acts
import evaltracker.files.journal_words
