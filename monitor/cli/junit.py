"""Tests as JUnit XML: what Jenkins, GitLab and others show of them."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

import attrs


@attrs.frozen(kw_only=True)
class Tested:
    """A test, and what came of it."""

    name: str
    where: str
    took_s: float
    failure: str = ""
    """Empty: there was none."""


_SUITE = "monitor test"


def to_junit(tests: Sequence[Tested]) -> str:
    """Return the document; what XML cannot hold is replaced."""
    failures = sum(bool(one.failure) for one in tests)
    counts = {"tests": str(len(tests)), "failures": str(failures), "errors": "0"}
    time = f"{sum(one.took_s for one in tests):.3f}"
    root = ET.Element("testsuites", {**counts, "time": time})
    inner = ET.SubElement(root, "testsuite", {"name": _SUITE, **counts, "time": time})
    for one in tests:
        file, _, line = one.where.rpartition(":")[0].rpartition(":")
        place = {"file": file, "line": line} if line.isdigit() else {"file": one.where}
        case = ET.SubElement(
            inner,
            "testcase",
            {"name": _fit(one.name), "classname": _SUITE, "time": f"{one.took_s:.3f}", **place},
        )
        if one.failure:
            failure = ET.SubElement(case, "failure", {"message": "not told as expected"})
            failure.text = _fit(one.failure)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _fit(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
