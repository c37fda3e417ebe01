"""The benchmarks run, in their smallest size; how fast is not asked."""

import pytest

from tests.benchmarks.__main__ import BENCHMARKS
from tests.benchmarks.measure import Size
from tests.benchmarks.table import spread


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_yields_figures(name, tmp_path):
    """A benchmark that no longer fits the program fails here, not on the day it is needed."""
    rows = list(BENCHMARKS[name](Size.SMOKE, tmp_path))
    assert rows
    for row in rows:
        assert spread(row.ours), row.what
        assert len(row.ratios) == len(row.yardstick)
