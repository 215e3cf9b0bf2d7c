"""Every page: it answers, is well formed, safe, linked, and speaks both languages."""

from __future__ import annotations

import re

import pytest

from monitor.web.routing import Role
from tests.web.pages.conftest import House
from tests.web.pages.reading import Answer

PAGES = (
    *("/", "/?status=down&status=unknown", "/?q=shop&sort=name", "/?tag=prod&kind=https", "/wall"),
    *("/?group=shop", "/tasks/new", "/tasks/new?target=https://example.com", "/tasks/1"),
    *(
        "/tasks/2",
        "/tasks/1?range=24h",
        "/tasks/1?range=24h&phases=1",
        "/tasks/7",
        "/tasks/7/edit",
        "/tasks/25",
        "/incidents",
    ),
    *("/incidents?open=1", "/incidents/1/1", "/tree", "/tree?step=backoff", "/channels"),
    *("/maintenance", "/drills", "/about"),
)
HOSTILE = ("<script>alert(1)", "<img src=x", "<b>bold", '"friends"')
SECRETS = ("hunter2", "s3cret", "a-token-that-is-hard-to-guess")
_ELSEWHERE = ("/access", "/account", "/metrics", "/livez", "/readyz", "/api/v1/openapi.json")
"""What other rooms of the site serve."""


def faults(answer: Answer) -> list[str]:
    """Return what is wrong with a page whatever it shows."""
    document = answer.document
    found = list(document.mistakes)
    found += [
        f"{tag} {name}"
        for tag, attributes in document.elements
        for name in attributes
        if name == "style" or name.startswith("on")
    ]
    found += ["inline script" for one in document.every("script") if "src" not in one]
    found += ["inline style" for _one in document.every("style")]
    found += [one for one in HOSTILE if one in answer.text]
    found += [link for link in document.links if link.startswith(("http:", "https:", "//"))]
    ids = [attributes["id"] for _tag, attributes in document.elements if "id" in attributes]
    found += [f"id {one} twice" for one in set(ids) if ids.count(one) > 1]
    return found


@pytest.mark.parametrize("lang", ["en", "ru"])
async def test_every_page_is_well_formed_and_holds_nothing_inline_or_foreign(
    house: House, lang: str
) -> None:
    browser = house.browser(accept_language=lang)
    for page in PAGES:
        answer = await browser.get(page)
        assert 200 == answer.status, page
        assert "default-src 'none'" in answer.headers["content-security-policy"], page
        assert [] == faults(answer), page
        assert lang == answer.document.every("html")[0]["lang"]


async def test_every_link_leads_somewhere(house: House) -> None:
    browser = house.browser()
    seen: dict[str, str] = {}
    for page in PAGES:
        path = page.partition("?")[0]
        for link in (await browser.get(page)).document.links:
            target = path + link if link.startswith("?") else link
            seen.setdefault(target.partition("#")[0], page)
    for target, page in seen.items():
        if target not in _ELSEWHERE:
            assert (await browser.get(target)).status in (200, 304), f"{target} on {page}"
    assert len(seen) > 60


async def test_no_page_shows_a_secret(house: House) -> None:
    browser = house.browser(Role.VIEWER)
    for page in (
        "/",
        "/wall",
        "/tree",
        f"/tasks/{house.id('nightly backup')}",
        f"/tasks/{house.id('cache')}",
    ):
        text = (await browser.get(page)).text
        assert [] == [one for one in SECRETS if one in text], page
    editor = house.browser()
    for name in ("database primary", "nightly backup"):
        text = (await editor.get(f"/tasks/{house.id(name)}/edit")).text
        assert [] == [one for one in SECRETS if one in text], name


async def test_a_viewer_reads_everything_and_is_offered_nothing_else(house: House) -> None:
    browser = house.browser(Role.VIEWER)
    for page in ("/tasks/new", "/tasks/7/edit", "/tasks/7/toml"):
        assert 403 == (await browser.get(page)).status
    for page in (one for one in PAGES if "?" not in one and "new" not in one and "edit" not in one):
        answer = await browser.get(page)
        assert 200 == answer.status
        forms = [one for one in answer.document.every("form") if one.get("method") == "post"]
        assert {"/preferences", "/logout"} >= {one["action"] for one in forms}, page


async def test_times_are_utc_without_scripts_and_made_for_them(house: House) -> None:
    answer = await house.browser().get("/incidents")
    times = answer.document.every("time")
    assert times
    for one in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", one["datetime"])
        assert one["title"].endswith(" UTC")
    assert "times are UTC" in answer.said


async def test_the_language_is_the_browsers_unless_one_was_chosen(house: House) -> None:
    german_then_russian = house.browser(accept_language="de, ru;q=0.7, en;q=0.3")
    assert "Задачи" in (await german_then_russian.get("/")).said
    chosen = await german_then_russian.post("/preferences", {"lang": "en", "next": "/tree"})
    assert (303, "/tree") == (chosen.status, chosen.to)
    assert chosen.headers["set-cookie"].startswith("lang=en;")
    assert "Tasks" in (await german_then_russian.get("/", cookie="lang=en")).said


async def test_the_theme_stands_in_the_page_so_that_nothing_flashes(house: House) -> None:
    dark = await house.browser().get("/", cookie="theme=dark")
    assert "dark" == dark.document.every("html")[0]["data-theme"]
    nonsense = await house.browser().get("/", cookie='theme="><script>')
    assert "auto" == nonsense.document.every("html")[0]["data-theme"]


async def test_preferences_lead_to_no_other_host(house: House) -> None:
    for path in ("//evil.example/", "https://evil.example", "/\\evil.example"):
        answer = await house.browser().post("/preferences", {"theme": "dark", "next": path})
        assert "/" == answer.to


async def test_files_are_kept_for_ever_under_names_that_change_with_them(house: House) -> None:
    browser = house.browser()
    links = [one for one in (await browser.get("/")).document.links if "/static/" in one]
    assert 6 <= len(links)
    for link in links:
        answer = await browser.get(link)
        assert 200 == answer.status
        assert "immutable" in answer.headers["cache-control"]
        again = await browser.get(link, if_none_match=answer.headers["etag"])
        assert (304, "") == (again.status, again.text)
        for name in re.findall(r'from "\./([^"]+)"', answer.text):
            assert 200 == (await browser.get(f"/static/{name}")).status, f"{name} in {link}"
    assert 404 == (await browser.get("/static/live.js")).status


async def test_what_went_wrong_is_told_to_people_on_a_page_and_to_programs_as_a_problem(
    house: House,
) -> None:
    answer = await house.browser().get("/nothing/here")
    assert (404, "text/html; charset=utf-8") == (answer.status, answer.headers["content-type"])
    assert "There is nothing here" in answer.said
    assert [] == faults(answer)
    program = await house.browser(accept="application/json").get("/nothing/here")
    assert "application/problem+json" == program.headers["content-type"]
    assert 404 == (await house.browser().get("/tasks/12345")).status
    assert 404 == (await house.browser().get("/tasks/1x")).status
