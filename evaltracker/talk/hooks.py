"""Where talk hangs itself into lower floors; loaded when Django is ready."""

import evaltracker.talk.admin
import evaltracker.talk.notices
