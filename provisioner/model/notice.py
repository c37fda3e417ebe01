"""A message to those who look after a job (E95)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What is sent. ``key`` names the occasion in letters that may stand in a Message-ID; saying it again keeps it."""

    subject: str
    text: str
    at: datetime
    key: str
