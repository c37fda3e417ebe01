"""From the written settings of a job to the model's: everything but the rules."""

from pathlib import Path

from provisioner.adapters.job_toml.written import (
    WrittenLimits,
    WrittenNotification,
    WrittenOAuth,
    WrittenSmtp,
    WrittenState,
    WrittenTarget,
)
from provisioner.model.job import Limits, Notification, OAuth, Smtp, StateSettings, TargetSettings


def target_of(written: WrittenTarget, base: Path) -> TargetSettings:
    """The SCIM endpoint. ``base`` is the job file's directory."""
    return TargetSettings(
        url=written.url,
        token=written.token,
        oauth=_oauth(written.oauth) if written.oauth else None,
        allow_plain_http=written.allow_plain_http,
        ca_file=str(base / written.ca_file) if written.ca_file else None,
        proxy=written.proxy,
        timeout=written.timeout,
    )


def _oauth(written: WrittenOAuth) -> OAuth:
    return OAuth(written.token_url, written.client_id, written.client_secret, written.scope)


def limits_of(written: WrittenLimits) -> Limits:
    """The bounds. Only the quarantine figures that were written stand in the result (E91 has the others)."""
    threshold, shrink = written.deletion_threshold, written.max_shrink
    return Limits(
        deletion_count=threshold.count if threshold else None,
        deletion_share=threshold.share if threshold else None,
        shrink_count=shrink.count if shrink else None,
        shrink_share=shrink.share if shrink else None,
        member_patches_in_flight=written.member_patches_in_flight,
        escrow_ladder=written.escrow,
        quarantine=written.quarantine.model_dump(exclude_none=True),
    )


def notification_of(written: WrittenNotification, base: Path) -> Notification:
    """Who hears of a quarantine, and how."""
    return Notification(
        to=tuple(written.to), on_failure=written.on_failure, smtp=_smtp(written.smtp, base) if written.smtp else None
    )


def _smtp(written: WrittenSmtp, base: Path) -> Smtp:
    return Smtp(
        host=written.host,
        sender=written.sender,
        port=written.port,
        tls=written.tls,
        user=written.user,
        password=written.password,
        ca_file=str(base / written.ca_file) if written.ca_file else None,
    )


def state_of(written: WrittenState, base: Path) -> StateSettings:
    """Where the memory lives: a path is relative to the job file, a URL stands as it is."""
    url = written.url if not written.url or "://" in written.url else str(base / written.url)
    return StateSettings(url, written.durability, written.keep, written.keep_records)
