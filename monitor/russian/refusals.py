"""Sentences of looks, errors and refusals in Russian; `sentences` says how they are written."""

import functools

from monitor.russian.of_brokers import OF_BROKERS
from monitor.russian.of_channels import OF_CHANNELS
from monitor.russian.of_conditions import OF_CONDITIONS
from monitor.russian.of_counts import OF_COUNTS
from monitor.russian.of_findings import OF_FINDINGS, OF_JSON
from monitor.russian.of_looks import OF_LOOKS
from monitor.russian.of_machines import OF_MACHINES
from monitor.russian.of_networks import OF_NETWORKS
from monitor.russian.of_options import OF_OPTIONS
from monitor.russian.of_ourselves import OF_OURSELVES
from monitor.russian.of_pages import OF_PAGES
from monitor.russian.of_servers import OF_SERVERS
from monitor.russian.of_targets import OF_TARGETS
from monitor.russian.of_tasks import OF_TASKS
from monitor.russian.of_times import OF_TIMES
from monitor.russian.sentences import Sentences

REFUSALS: dict[str, str] = {
    **OF_LOOKS,
    **OF_NETWORKS,
    **OF_SERVERS,
    **OF_BROKERS,
    **OF_MACHINES,
    **OF_FINDINGS,
    **OF_OURSELVES,
    **OF_PAGES,
    **OF_TIMES,
    **OF_CHANNELS,
    **OF_CONDITIONS,
    **OF_OPTIONS,
    **OF_TARGETS,
    **OF_TASKS,
}
"""Russian by English."""

SENTENCES = Sentences.of(REFUSALS, OF_COUNTS, OF_JSON)


@functools.lru_cache(maxsize=2048)
def in_russian(sentence: str) -> str | None:
    """Return a sentence in Russian; None if nothing of it is known. Lists say the same often."""
    return SENTENCES.said(sentence)
