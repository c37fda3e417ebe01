"""Keeping count of what a target is sent again and again, and telling of it once (F23)."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from provisioner.engine import steps
from provisioner.engine.convergence import ENOUGH, not_kept, repeated
from provisioner.engine.record import record
from provisioner.model.outcome import Action, Ending, Outcome
from provisioner.model.state import Settlement
from provisioner.runtime.stamps import Stamps
from provisioner.runtime.world import World


@dataclass(slots=True)
class Convergence:
    """Sees how every linked object ends, and which of its attributes the target does not keep."""

    world: World
    stamps: Stamps
    _stuck: Counter[str] = field(default_factory=Counter)

    def see(self, outcome: Outcome, compared: Collection[str]) -> None:
        """Count what an object was sent again.

        :param compared: the paths whose value in the target was looked at.
        """
        store = self.world.store
        before = store.repeats(outcome.kind, outcome.source_id)
        after = repeated(outcome, before, compared)
        if after == before:
            return
        paths = not_kept(after, compared)
        self._stuck.update(paths)
        records = (record(_warning(outcome, paths), self.stamps(0), status="warning"),) if paths else ()
        kept = records if not self.world.rehearses else ()
        store.settle(Settlement(outcome.kind, outcome.source_id, repeats=after, records=kept))

    @property
    def warnings(self) -> Iterator[str]:
        """What is to be told of a cycle: a line for each attribute, however many objects have it."""
        for path, objects in sorted(self._stuck.items()):
            yield (
                f"not converging: the target accepted {path} {ENOUGH} times in a row and did not keep it, on {objects} "
                f"object{'s' if objects > 1 else ''}; who they are: provisioner logs JOB --status warning"
            )


def _warning(outcome: Outcome, paths: tuple[str, ...]) -> Outcome:
    return Outcome(
        outcome.kind,
        outcome.source_id,
        Ending.SKIPPED,
        Action.OTHER,
        (steps.not_kept(paths, ENOUGH),),
        target_id=outcome.target_id,
        name=outcome.name,
    )
