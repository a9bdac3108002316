"""What the product remembers for a while, such as who guessed how often."""

from django.db import models


class CachedValue(models.Model):
    """A row of the default cache, in the shape that Django's DatabaseCache knows.

    In the database and not in Redis: signing in must work while Redis is away, and what
    was counted must not be forgotten when it comes back empty.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
