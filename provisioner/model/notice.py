"""A message to those who look after a job (E95)."""

from datetime import datetime

from provisioner.model.frozen import frozen


@frozen
class Notice:
    """What is sent. ``key`` names the occasion in letters that may stand in a Message-ID; saying it again keeps it."""

    subject: str
    text: str
    at: datetime
    key: str
