"""Kinds of looks that other packages bring, through the entry-point group `monitor.probes`.

The name of an entry point is the scheme it serves, its value leads to a `monitor.probes.kind.Kind`.
Nothing of a plugin is imported before somebody asks for its scheme.
"""

import functools
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from monitor.core.describe import describe
from monitor.core.model import Result
from monitor.core.probing import Around, InvalidTask, Permanent, Probe, Trace
from monitor.probes.foreign import contained
from monitor.probes.kind import Kind
from monitor.probes.options import read_options

GROUP = "monitor.probes"


@functools.cache
def plugins() -> Mapping[str, tuple[EntryPoint, ...]]:
    """Return the entry points by scheme, as they were when first asked for."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in entry_points(group=GROUP):
        scheme = entry.name.lower()
        found[scheme] = (*found.get(scheme, ()), entry)
    return found


def load_plugin(scheme: str) -> Kind:
    """Import the plugin that serves a scheme.

    Raises:
        InvalidTask: it cannot be imported, is no Kind for that scheme, or is one of several.
    """
    entries = plugins()[scheme]
    if len(entries) > 1:
        values = " and ".join(sorted(entry.value for entry in entries))
        raise InvalidTask(
            "target", f"has scheme {scheme!r}, which {values} both claim; uninstall one of them"
        )
    whose = f"the plugin for {scheme!r} ({entries[0].value})"
    try:
        with contained(whose):
            kind = entries[0].load()
    except Exception as error:
        raise InvalidTask("target", f"{whose} cannot be loaded: {describe(error)}") from error
    if not isinstance(kind, Kind):
        raise InvalidTask(
            "target", f"{whose} is no monitor.probes.kind.Kind, but {type(kind).__name__}"
        )
    if scheme not in kind.schemes:
        raise InvalidTask("target", f"{whose} does not serve that scheme: {kind.schemes}")
    return kind


def prepare_foreign(
    kind: Kind, target: str, options: Mapping[str, Any], around: Around | None = None
) -> Probe:
    """Make a probe of a plugin's kind; what it raises while looking is an ordinary error.

    With `around`, one that may ask about the running monitor, if the kind has such.

    Raises:
        Permanent: the plugin says so (InvalidTask), or fails to make a probe.
    """
    whose = f"the plugin {kind.name!r}"
    try:
        with contained(whose):
            read = read_options(kind.options, options)
            if around is None or kind.within is None:
                probe = kind.prepare(target, read)
            else:
                probe = kind.within(target, read, around)
    except Permanent:
        raise
    except Exception as error:
        raise InvalidTask("target", f"{whose} cannot look at it: {describe(error)}") from error

    async def look(trace: Trace) -> Result:
        with contained(whose):
            return await probe(trace)

    return look
