"""Job files: what an administrator writes, in TOML (YAML would read ``[mail]`` as a list).

``written`` names every key, ``units`` the small notations, ``rules`` and ``settings`` build the model, ``findings``
gathers what is wrong and ``locate`` finds its line; ``load`` joins them.
"""

from provisioner.adapters.job_toml.load import load_job

__all__ = ["load_job"]
