"""`monitor status-page`: pages for the public, on both databases."""

import io
import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor
from tests.store.pictures import png

ADD = "status-page add shop --title Shop --section 'Shop=web, #prod' --rename web=Storefront "
ADD += "--host status.shop"

PASSWORD = "four words in a row"

WRONG = [
    ("status-page", "status-page what? There are: add, list, show, edit, remove, post, forget"),
    ("status-page add", "SLUG is missing"),
    ("status-page add 'A b' --title x --task web", "--slug: 'A b' cannot stand in an address"),
    ("status-page add a --title x --section web", "--section 'web' has no '='"),
    ("status-page add a --title x --latency maybe", "--latency: 'maybe' is neither yes nor no"),
    ("status-page add a --title x --accent red", "--accent: 'red' is no colour"),
    ("status-page add shop --title x --task web", "status page 'shop' exists already"),
    ("status-page edit shop --host status.x:80", "--host: 'status.x:80' is no host name"),
    (
        "status-page add b --title b --task x --host status.shop",
        "belongs to the status page 'shop'",
    ),
    ("status-page show shp", "there is no status page 'shp', did you mean 'shop'"),
    ("status-page edit shop", "nothing to change; see `monitor status-page edit --help`"),
    ("status-page remove nope", "there is no status page 'nope'; `monitor status-page list`"),
    ("status-page post shop hm", "--title: is missing; no incident is open on this page"),
    ("status-page post shop hm --title x --state gone", "--state: 'gone' is not known; use"),
    ("status-page post shop ' ' --title x", "--text: is empty"),
    ("status-page post shop hm --story abc", "there is no story 'abc' on this page"),
    ("status-page forget shop abc", "there is no story 'abc' on this page"),
    ("status-page export", "DIR is missing"),
    ("status-page edit shop --mail mailto://x", "--mail: sender is missing"),
    ("status-page edit shop --webhooks maybe", "--webhooks: 'maybe' is neither yes nor no"),
    ("status-page subscribers nope", "there is no status page 'nope'"),
    ("status-page unsubscribe shop a@b.example", "the page has no such subscriber"),
    ("status-page logo shop", "say either FILE or --none"),
    ("status-page logo shop nope.png", "the file nope.png cannot be read: no such file"),
    ("status-page password nope", "there is no status page 'nope'"),
    ("status-page export out nope", "there is no status page 'nope'"),
]


@pytest.fixture(autouse=True)
def _pages(place: Path, database: str, monitor: Monitor) -> None:
    """Both databases, with a task and a page."""
    assert 0 == monitor("task add self: --name web --tag prod").code
    added = monitor(ADD)
    assert "it shows 1 task, at /status/shop" in added.out


def test_what_is_wrong_is_said_in_a_sentence(monitor: Monitor) -> None:
    for command, said in WRONG:
        answer = monitor(command)
        assert (2, "") == (answer.code, answer.out), command
        assert said in answer.err, command


def test_a_page_is_shown_changed_and_removed(monitor: Monitor) -> None:
    [listed] = monitor("status-page list --json").document
    assert ("Shop", ["web"], ["prod"]) == (
        listed["title"],
        listed["sections"][0]["tasks"],
        listed["sections"][0]["tags"],
    )
    assert "Storefront" in monitor("status-page show shop").out
    changed = monitor("status-page edit shop --footer Bye --rename web=Front --json").document
    assert ("Bye", {"web": "Front"}) == (changed["footer"], changed["sections"][0]["names"])
    assert 0 == monitor("status-page remove shop").code
    assert "there are no status pages" in monitor("status-page list").out


def test_posts_go_on_with_what_is_open(monitor: Monitor) -> None:
    first = monitor("status-page post shop 'We look.' --title Slow --json").document
    second = monitor("status-page post shop Done. --state resolved --json").document
    assert first["id"] == first["story"] == second["story"]
    shown = monitor("status-page show shop --json").document["posts"]
    assert ["Done.", "We look."] == [one["text"] for one in shown]
    assert "решено" in monitor("--lang ru status-page show shop").out
    assert 0 == monitor(f"status-page forget shop {first['story'][:20]}").code
    assert [] == monitor("status-page show shop --json").document["posts"]


def test_a_logo_comes_from_a_file_and_goes_into_the_export(monitor: Monitor, place: Path) -> None:
    (place / "logo.png").write_bytes(png(40, 20))
    (place / "logo.svg").write_text("<svg><script>alert(1)</script></svg>")
    assert "has a logo, 40 x 20 pixels" in monitor("status-page logo shop logo.png").out
    refused = monitor("status-page logo shop logo.svg")
    assert (2, True) == (refused.code, "logo.svg is SVG, which can hold scripts" in refused.err)
    monitor("status-page export out")
    assert png(40, 20) == (place / "out" / "shop" / "logo.png").read_bytes()
    assert 'src="logo.png"' in (place / "out" / "shop" / "index.html").read_text()
    assert 0 == monitor("status-page logo shop --none").code
    monitor("status-page export again")
    assert "logo.png" not in (place / "again" / "shop" / "index.html").read_text()


def test_what_sends_letters_is_kept_and_shown_without_secrets(monitor: Monitor) -> None:
    sender = "mailtos://u:hunter2@smtp.example.com?from=status@example.com"
    edited = monitor(f"status-page edit shop --webhooks yes --mail '{sender}' --json").document
    assert ("mailtos://smtp.example.com", True) == (edited["mail"], edited["webhooks"])
    assert "hunter2" not in monitor("status-page show shop").out
    [exported] = monitor("export --json").document["status_page"]
    assert sender == exported["mail"]
    assert [] == monitor("status-page subscribers shop --json").document
    assert "has no subscribers" in monitor("status-page subscribers shop").out


def test_an_exported_page_leads_to_the_live_one_for_who_wants_to_be_told(
    monitor: Monitor, place: Path
) -> None:
    monitor("status-page edit shop --webhooks yes")
    monitor("status-page export out")
    text = (place / "out" / "shop" / "index.html").read_text()
    assert 'href="https://status.shop/subscribe"' in text
    monitor("status-page edit shop --host ''")
    monitor("status-page export out")
    assert "subscribe" not in (place / "out" / "shop" / "index.html").read_text()


def test_an_exported_page_holds_all_it_refers_to(monitor: Monitor, place: Path) -> None:
    monitor("status-page post shop 'We look.' --title Slow")
    answer = monitor("status-page export out --url https://status.example --json")
    assert {"directory": "out", "pages": ["shop"]} == answer.document
    folder = place / "out" / "shop"
    for name in ("index.html", "index.ru.html", "widget.html"):
        text = (folder / name).read_text()
        found = re.findall(r'(?:href|src)="([^"#][^"]*)"', text)
        assert found
        assert [] == [one for one in found if not (folder / one).is_file()]
    assert "Сейчас мы не можем" in (folder / "index.ru.html").read_text()
    assert "https://status.example/shop#" in (folder / "feed.atom").read_text()
    assert "unknown" == json.loads((folder / "summary.json").read_text())["status"]
    assert (folder / "badge" / "status.svg").read_text().startswith("<svg")


def test_a_password_is_kept_as_a_hash_and_shown_to_nobody(
    monitor: Monitor, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"letmein\n{PASSWORD}\n"))
    weak = monitor("status-page password shop")
    assert (2, True) == (weak.code, "has 7 characters" in weak.err)
    assert 0 == monitor("status-page password shop").code
    shown = monitor("status-page show shop --json").document
    assert (True, False) == (shown["protected"], "argon2" in str(shown))
    assert "protected" in monitor("status-page show shop").out
    [exported] = monitor("export --json").document["status_page"]
    assert exported["password_hash"].startswith("$argon2id$")
    refused = monitor("status-page export out")
    assert (2, True) == (refused.code, "has a password" in refused.err)
    assert not (place / "out").exists()
    assert 0 == monitor("status-page export out --unprotected").code
    assert 0 == monitor("status-page password shop --none").code
    assert not monitor("status-page show shop --json").document["protected"]


def test_a_file_declares_pages(monitor: Monitor, place: Path) -> None:
    (place / "pages.toml").write_text(
        '[[status_page]]\nslug = "filed"\ntitle = "Filed"\n'
        '[[status_page.section]]\ntags = ["prod"]\n'
    )
    planned = monitor("apply pages.toml --dry-run --json").document
    assert (["filed"], []) == (planned["status_pages"], planned["status_pages_removed"])
    assert "~ status page filed" in monitor("apply pages.toml").out
    assert [] == monitor("apply pages.toml --json").document["status_pages"]
    assert "came from a configuration file" in monitor("status-page remove filed").err
    exported = monitor("export --json").document["status_page"]
    assert ["filed", "shop"] == [one["slug"] for one in exported]
    (place / "pages.toml").write_text("")
    assert "- status page filed" in monitor("apply pages.toml --prune").out
    assert ["shop"] == [one["slug"] for one in monitor("status-page list --json").document]
