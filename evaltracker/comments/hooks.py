"""Where comments hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.comments.admin.acts
import evaltracker.comments.journal_words
import evaltracker.comments.notices
