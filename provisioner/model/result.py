"""What was checked and how it ended, as every report tells it: JUnit, a page, annotations in a pull request."""

from provisioner.model.errors import NOWHERE, Place
from provisioner.model.frozen import frozen


@frozen
class Result:
    """One thing that was checked: a case of an expression, an object of a cycle, a scenario.

    ``failure`` is empty when all is well; its first line says in short what is wrong. ``remark`` is worth knowing
    though nothing failed. ``place`` is where a person would mend it.
    """

    suite: str
    name: str
    failure: str = ""
    remark: str = ""
    place: Place = NOWHERE
    seconds: float | None = None
