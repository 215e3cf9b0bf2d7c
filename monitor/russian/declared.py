"""What kinds of looks and families of channels declare, in Russian: one table of all of it."""

from monitor.russian.channels import CHANNEL_OPTIONS, FAMILIES
from monitor.russian.facts import FACTS
from monitor.russian.looks import SUMMARIES, TYPES, VALUES
from monitor.russian.options import OPTIONS

DECLARED: dict[str, str] = {
    **SUMMARIES,
    **VALUES,
    **TYPES,
    **OPTIONS,
    **FACTS,
    **FAMILIES,
    **CHANNEL_OPTIONS,
}
"""Russian by English."""
