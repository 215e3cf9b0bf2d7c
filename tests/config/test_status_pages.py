"""Status pages in files: read, refused with their place, applied whole, and written again."""

from pathlib import Path

import attrs
import pytest

from monitor.config.declared import Declarations, read_declared
from monitor.config.export import to_toml
from monitor.config.plan import plan
from monitor.config.source import BadConfig, read_source
from monitor.core.alerts.alerting import Alerting
from monitor.core.statuspage.values import PagesChange, Section, StatusPage

FILE = """
[[status_page]]
slug = "shop"
title = "Shop"
accent = "#102030"
latency = true
host = "status.shop.example"
password_hash = "$argon2id$v=19$m=65536,t=2,p=1$TFZ5r825WzLk9qx84wqfaw$KlujRh2dAdX6s37bjeKkvuh2"
[[status_page.section]]
title = "All"
tasks = ["web-*"]
tags = ["prod"]
names = { "web-1" = "Storefront" }
[[status_page.section]]
tasks = ["docs"]
"""
PAGE = StatusPage(
    slug="shop",
    title="Shop",
    accent="#102030",
    latency=True,
    host="status.shop.example",
    password_hash="$argon2id$v=19$m=65536,t=2,p=1$TFZ5r825WzLk9qx84wqfaw$KlujRh2dAdX6s37bjeKkvuh2",
    sections=(
        Section(title="All", tasks=("web-*",), tags=("prod",), names={"web-1": "Storefront"}),
        Section(tasks=("docs",)),
    ),
    from_file=True,
)
SILENT = Alerting()


def declared(folder: Path, text: str) -> Declarations:
    file = folder / "monitor.toml"
    file.write_text(text)
    return read_declared([read_source(file)], lambda _spec: None, lambda _spec: None)[0]


def test_a_page_is_read_and_written_again(tmp_path: Path) -> None:
    found = declared(tmp_path, FILE)
    assert {"shop": PAGE} == found.pages
    assert found.pages["shop"].from_file
    again = declared(tmp_path, to_toml([], SILENT, pages=[PAGE]))
    assert {"shop": PAGE} == again.pages
    assert not plan([], SILENT, again, pages=[PAGE])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE.replace("#102030", "red"), "status_page \"shop\", accent: 'red' is no colour"),
        (FILE.replace("$argon2id", "$2b"), "password_hash: is no argon2id hash"),
        (FILE.replace("m=65536", "m=9999999"), "password_hash: is no argon2id hash"),
        (FILE.replace("accent", "acent"), "acent: is not known"),
        (FILE.replace('slug = "shop"\n', ""), "has no slug"),
        (FILE.replace('["docs"]', "[]"), "names neither tasks nor tags"),
        (FILE.replace("tags =", "tag ="), "'tag' is not known"),
        (FILE + FILE, "the slug is taken"),
        (FILE.replace("true", '"yes"'), "is neither true nor false"),
        ("[status_page]\nslug = 'a'\n", "each written [[status_page]]"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadConfig) as caught:
        declared(tmp_path, text)
    assert said in str(caught.value)
    assert "monitor.toml:" in str(caught.value)


def test_only_what_differs_is_changed_and_only_what_files_made_is_pruned(tmp_path: Path) -> None:
    found = declared(tmp_path, FILE)
    ours = attrs.evolve(PAGE, slug="old")
    theirs = attrs.evolve(PAGE, slug="made-by-hand", from_file=False)
    assert PagesChange(pages=(PAGE,)) == plan([], SILENT, found).pages
    by_hand = attrs.evolve(PAGE, from_file=False)
    assert PagesChange(pages=(PAGE,)) == plan([], SILENT, found, pages=[by_hand]).pages
    stored = [PAGE, ours, theirs]
    assert None is plan([], SILENT, found, pages=stored).pages
    assert PagesChange(drop=("old",)) == plan([], SILENT, found, pages=stored, prune=True).pages
