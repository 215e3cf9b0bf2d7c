#!/usr/bin/env python3
"""Write the pages of the documentation that are made of declarations.

There is one for each kind of look, and one for each family of channels. A test compares what this
would write with what is there, so they cannot disagree.
"""

import json
import sys
from pathlib import Path

from monitor import channels
from monitor.channels import page as channel_page
from monitor.channels import payload
from monitor.probes import kinds
from monitor.probes.page import index_of, page_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
OURS = (DOCS / "kinds", DOCS / "channels")
"""Folders in which everything is written here."""


def pages() -> dict[Path, str]:
    """Return what stands in each file that this writes."""
    own = [kind for kind in kinds() if kind.prepare.__module__.startswith("monitor.")]
    written = {DOCS / "kinds" / f"{kind.name}.md": page_of(kind) for kind in own}
    written[DOCS / "kinds" / "README.md"] = f"# What it can look at\n\n{index_of(own)}"
    return written | _channel_pages()


def _channel_pages() -> dict[Path, str]:
    folder, families = DOCS / "channels", channels.families()
    written = {folder / f"{one.name}.md": channel_page.page_of(one) for one in families}
    written[folder / "README.md"] = channel_page.index_of(families)
    written[folder / "webhook.schema.json"] = json.dumps(payload.schema(), indent=2) + "\n"
    return written


def written_here() -> set[Path]:
    """Return the files that stand in our folders now."""
    return {path for folder in OURS for path in folder.glob("*.*")}


def main() -> None:
    for folder in OURS:
        folder.mkdir(exist_ok=True)
    written = pages()
    for stale in written_here() - set(written):
        stale.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(written)} pages written", file=sys.stderr)


if __name__ == "__main__":
    main()
