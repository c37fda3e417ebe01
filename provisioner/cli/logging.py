"""Operational logs: JSON lines on standard error through structlog, or readable ones on a terminal."""

import sys

import structlog


def configure(*, service: bool = False) -> None:
    """Set structlog up once. Warnings and worse are shown; a service tells each cycle too, unless a person watches."""
    human = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20 if service and not human else 30),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
