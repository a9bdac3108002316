"""What the journal says of comments: that there are some, and where; no text."""

from evaltracker.pages.workspace import register_words

register_words(
    {
        "comment.added": ("commented", "commented on {about}"),
        "comment.replied": ("replied to a comment", "replied to a comment on {about}"),
        "comment.resolved": ("resolved a thread", "resolved a thread on {about}"),
        "comment.reopened": ("reopened a thread", "reopened a thread on {about}"),
        "comment.withdrawn": ("withdrew a comment", "withdrew a comment on {about}"),
    }
)
