"""What people do with the dashboard, with and without scripts."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Open


def test_the_list_obeys_keys(opened: Open) -> None:
    page = opened("/?sort=name&size=50")
    names = page.locator("#rows a.name").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert names[1] == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("x")
    page.wait_for_selector("#bulkbar.some")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")
    assert names[1] == page.locator("h1").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_tags_and_interval_of_many_tasks_are_changed_by_keys_alone(
    opened: Open, *, scripts: bool
) -> None:
    page = opened("/?q=berlin", java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    tag = f"floor-{scripts}".lower()
    for _ in range(2):  # the second time every one of them has it already
        page.goto("/?q=berlin")
        for box in page.locator('#rows input[name="task"]').all():
            box.focus()
            page.keyboard.press("Space")
        page.get_by_role("button", name="Tags, interval").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/tasks/bulk/change")
        assert 390 >= page.evaluate("document.documentElement.scrollWidth")
        page.get_by_label("Interval").focus()
        page.keyboard.type("30")
        page.keyboard.press("Enter")
        assert "has no unit" in page.get_by_role("alert").inner_text()
        page.get_by_label("Interval").fill("")
        page.get_by_label("Tags to add").fill(tag)
        page.keyboard.press("Enter")
        page.wait_for_url("**done=*")
    assert "so already" in page.get_by_role("status").filter(has_text="already").inner_text()
    assert 3 == page.locator("#rows a.tag", has_text=tag).count()


def test_keys_lead_to_every_page_and_do_what_a_task_offers(opened: Open) -> None:
    page = opened("/about")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/tree")
    page.keyboard.press("/")
    assert "q" == page.evaluate("document.activeElement.id")
    page.keyboard.type("git")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(lambda url: url.endswith("/"))
    page.goto("/tasks/1")
    page.keyboard.press("e")
    page.wait_for_url("**/tasks/1/edit")


def test_keys_are_the_same_where_russian_letters_are_on_them(opened: Open) -> None:
    page = opened()
    send = """([key, code]) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", {key, code, bubbles: true}))"""
    page.evaluate(send, ["о", "KeyJ"])
    assert 1 == page.locator("#rows tr.here").count()
    page.locator("#rows tr.here a.name").blur()
    page.evaluate(send, [".", "Slash"])
    assert "q" == page.evaluate("document.activeElement.id")


def test_keys_can_be_switched_off_and_stay_so(opened: Open) -> None:
    page = opened()
    page.locator("#show-keys").click()
    page.locator("#keys-work").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert 0 == page.locator("#rows tr.here").count()
    page.locator("#show-keys").click()
    page.locator("#keys-work").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert 1 == page.locator("#rows tr.here").count()


def test_another_view_of_the_list_comes_without_another_page_and_goes_back(opened: Open) -> None:
    page = opened("/?q=berlin")
    page.evaluate("document.body.dataset.ownMark = 'the same page'")
    page.locator("#chips a.s-down").click()
    page.wait_for_selector("#chips a.s-down[aria-current]")
    assert ["router berlin"] == page.locator("#rows a.name").all_inner_texts()
    page.locator("#q").fill("checkout")
    page.wait_for_selector("#rows a.name >> text=shop checkout")
    assert page.url.endswith("/?q=checkout&status=down"), "what was chosen before stays"
    page.get_by_role("link", name="Clear").click()
    page.wait_for_function("() => document.querySelectorAll('#rows tr').length > 20")
    assert "" == page.locator("#q").input_value()
    page.go_back()
    page.wait_for_function("() => document.querySelectorAll('#rows tr').length === 1")
    assert "checkout" == page.locator("#q").input_value()
    assert "the same page" == page.evaluate("document.body.dataset.ownMark")


def test_a_row_is_as_good_as_its_link(opened: Open) -> None:
    page = opened("/?q=accounts")
    page.locator("#rows td.strip").click()
    page.wait_for_url("**/tasks/*")
    assert "accounts" == page.locator("h1").inner_text()


def test_a_page_says_when_the_monitor_does_not_answer(opened: Open) -> None:
    page = opened()
    assert not page.locator("#lost").is_visible()
    page.route("**/*", lambda route: route.abort())
    page.wait_for_selector("#lost", state="visible")
    page.unroute("**/*")
    page.wait_for_selector("#lost", state="hidden")


def test_the_list_changes_by_itself_and_what_was_chosen_stays_chosen(opened: Open) -> None:
    page, other = opened("/?q=git"), opened("/?q=git")
    page.locator("#rows input[name=task]").check()
    page.evaluate("document.querySelector('#rows tr').dataset.ownMark = 'the same element'")
    other.locator("#rows a.name").click()
    other.get_by_role("button", name="Pause").click()
    other.wait_for_selector("text=Paused: nobody looks")
    page.wait_for_selector("#rows tr.s-paused")
    assert "the same element" == page.evaluate("document.querySelector('#rows tr').dataset.ownMark")
    assert page.locator("#rows input[name=task]").is_checked()
    page.get_by_role("button", name="Resume").click()
    page.wait_for_selector("text=Resumed.")


def test_times_run_and_are_those_of_the_reader(opened: Open) -> None:
    page = opened("/tasks/1", timezone_id="Asia/Tokyo")
    ago = page.locator('#rhythm time[data-as="ago"]').first
    before = ago.inner_text()
    page.wait_for_function(
        "before => document.querySelector('#rhythm time').textContent !== before", arg=before
    )
    opened_at = page.locator("#incidents time").first
    utc = opened_at.get_attribute("datetime") or ""
    shown = opened_at.inner_text()
    tokyo = page.evaluate(
        "utc => new Date(utc).toLocaleTimeString('en-GB', {timeZone: 'Asia/Tokyo'})", utc
    )
    assert tokyo in shown


def test_a_task_is_added_with_what_is_wrong_said_while_typing(opened: Open) -> None:
    page = opened("/tasks/new")
    page.locator("#f-target").fill("exec:true")
    page.wait_for_selector("#kind b >> text=exec")
    page.locator("#f-interval").fill("30")
    page.wait_for_selector("#wrong-interval >> text=has no unit")
    page.locator("#f-interval").fill("30s")
    page.wait_for_selector("#wrong-interval", state="hidden")
    page.get_by_role("button", name="Look now").click()
    page.wait_for_selector("#trial .status.s-up")
    page.locator("#f-name").fill("typed by hand")
    page.get_by_role("button", name="Add and watch it").click()
    page.wait_for_url("**/tasks/*?done=added")
    assert "typed by hand" == page.locator("h1").inner_text()


def test_a_task_is_edited_and_its_options_are_those_of_its_kind(opened: Open) -> None:
    page = opened("/tasks/1/edit")
    page.locator("#options summary").click()
    page.locator('[name="option.method"]').first.wait_for()
    page.locator("#f-attempts").evaluate("field => field.closest('details').open = true")
    page.locator("#f-attempts").fill("5")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/tasks/1?done=edited")
    assert "5 bad looks" in page.locator("#facts").inner_text()


def test_an_incident_is_taken(opened: Open) -> None:
    page = opened("/incidents")
    page.get_by_role("link", name="shop checkout").first.click()
    page.get_by_label("What is being done").fill("restarting it")
    page.get_by_role("button", name="I take it").click()
    page.wait_for_selector("#taken >> text=restarting it")
    page.get_by_role("button", name="Give it back").click()
    page.wait_for_selector("#taken >> text=Nobody yet.")


def test_theme_and_language_are_chosen_and_kept(opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="dark").click()
    page.wait_for_selector("html[data-theme=dark]")
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert "rgb(20, 22, 26)" == dark
    page.get_by_role("button", name="Русский").click()
    page.wait_for_selector("html[lang=ru][data-theme=dark]")
    assert "Не работает 2 из" in page.locator("h1").inner_text()


def test_without_scripts_everything_can_be_read_and_done(opened: Open) -> None:
    page = opened("/?q=docs", java_script_enabled=False)
    assert "UTC" in (page.locator("time").first.get_attribute("title") or "")
    page.locator("#rows input[name=task]").check()
    page.get_by_role("button", name="Pause").click()
    assert page.locator("text=Paused: nobody looks").is_visible()
    page.locator("#q").fill("docs")
    page.get_by_role("button", name="Show", exact=True).click()
    page.locator("#rows a.name").click()
    page.get_by_role("button", name="Resume").click()
    assert page.locator("text=Resumed.").is_visible()
    page.get_by_role("link", name="Edit").click()
    page.locator("#f-interval").fill("nonsense")
    page.get_by_role("button", name="Save").click()
    assert "is not a duration" in page.locator("#wrong-interval").inner_text()


def test_toml_goes_to_the_clipboard(opened: Open) -> None:
    page = opened("/tasks/1", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Copy as TOML").click()
    page.wait_for_selector("text=Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert 'name = "shop checkout"' in text
