"""Sends notices by SMTP, with the standard library: one mail in weeks needs no library of its own (E95).

It blocks; who must not wait sends from another thread.
"""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from provisioner.model.errors import PartlyDelivered, Place, Undelivered
from provisioner.model.job import Smtp
from provisioner.model.notice import Notice
from provisioner.model.secret import Secret

ATTEMPTS: Final = 3
"""A mail server that restarts is back in seconds; one that is down for longer must not hold the job."""

TIMEOUT: Final = 10.0
"""Seconds for connecting, and for every answer."""

Server = smtplib.SMTP


class MailNotifier:
    """A Notifier that sends mail.

    :param password: None when the server asks for none.
    :param pause: seconds before the second attempt; the pause doubles.
    """

    def __init__(self, smtp: Smtp, to: Sequence[str], password: Secret | None, *, pause: float = 1.0) -> None:
        self._smtp = smtp
        self._to = tuple(to)
        self._password = password
        self._pause = pause

    def send(self, notice: Notice) -> None:
        """Deliver a notice to the mail server, once in all likelihood: a repeated attempt keeps its Message-ID.

        :raises Undelivered: when the server could not be reached or refused it; PartlyDelivered, when it refused some
            of the recipients.
        """
        message = self._message(notice)
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=self._pause),
            retry=retry_if_exception(_passes),
            reraise=True,
        )
        try:
            refused = retrying(self._deliver, message)
        except (smtplib.SMTPException, OSError, ValueError) as trouble:
            raise self._undelivered(_said(trouble)) from None
        if refused:
            raise self._undelivered(f"these recipients were refused: {', '.join(sorted(refused))}", PartlyDelivered)

    def _undelivered(self, why: str, kind: type[Undelivered] = Undelivered) -> Undelivered:
        place = Place(path=f"{self._smtp.host}:{self._smtp.port}")
        said = self._password.mask(why) if self._password is not None else why
        return kind(f"the mail was not delivered: {said}", place=place, hint="look at [notification] smtp")

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._smtp.sender
        message["To"] = ", ".join(self._to)
        message["Subject"] = notice.subject
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = f"<{notice.key}@{self._smtp.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers it
        message.set_content(notice.text)
        return message

    def _deliver(self, message: EmailMessage) -> dict[str, tuple[int, bytes]]:
        with self._session() as server:
            if self._password is not None:
                server.login(self._smtp.user, self._password.reveal())
            return server.send_message(message)

    @contextmanager
    def _session(self) -> Iterator[Server]:
        """A connection as safe as the job wants it; a server that offers less is not spoken to any further."""
        host, port = self._smtp.host, self._smtp.port
        if self._smtp.tls == "tls":
            with smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=self._context()) as server:
                yield server
            return
        with smtplib.SMTP(host, port, timeout=TIMEOUT) as server:
            if self._smtp.tls == "starttls":
                server.starttls(context=self._context())
            yield server

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._smtp.ca_file:
            context.load_verify_locations(self._smtp.ca_file)
        return context


def _passes(trouble: BaseException) -> bool:
    """Whether another attempt in a moment may succeed."""
    if isinstance(trouble, smtplib.SMTPResponseException):
        return 400 <= trouble.smtp_code < 500
    return isinstance(trouble, smtplib.SMTPServerDisconnected | ConnectionError | TimeoutError)


def _said(trouble: Exception) -> str:
    """The trouble in words; what a server says to a password is not repeated, for it may repeat the password."""
    match trouble:
        case smtplib.SMTPAuthenticationError():
            return f"the server refused user and password ({trouble.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            return f"every recipient was refused: {', '.join(sorted(trouble.recipients))}"
        case smtplib.SMTPResponseException():
            return f"{trouble.smtp_code} {_text(trouble.smtp_error)}"
        case UnicodeError():
            return "user, password or an address holds a letter this server cannot take"
    return str(trouble) or type(trouble).__name__


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(letter if letter.isprintable() else " " for letter in text[:500])
