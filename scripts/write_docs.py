#!/usr/bin/env python3
"""Write the pages of the documentation that are made of declarations: one for each kind of look.

A test compares what this would write with what is there, so they cannot disagree.
"""

import sys
from pathlib import Path

from monitor.probes import kinds
from monitor.probes.page import index_of, page_of

DOCS = Path(__file__).resolve().parent.parent / "docs"


def pages() -> dict[Path, str]:
    """Return what stands in each file that this writes."""
    own = [kind for kind in kinds() if kind.prepare.__module__.startswith("monitor.")]
    written = {DOCS / "kinds" / f"{kind.name}.md": page_of(kind) for kind in own}
    written[DOCS / "kinds" / "README.md"] = f"# What it can look at\n\n{index_of(own)}"
    return written


def main() -> None:
    (DOCS / "kinds").mkdir(exist_ok=True)
    written = pages()
    for stale in set((DOCS / "kinds").glob("*.md")) - set(written):
        stale.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(written)} pages written", file=sys.stderr)


if __name__ == "__main__":
    main()
