"""The guard: tokens, proxies, the first run, and a database that is away."""

from datetime import timedelta
from ipaddress import ip_network

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.access.changing import editing, removing, revoking
from monitor.core.access.roles import Role
from monitor.core.failures import DatabaseAway
from tests.web.access.conftest import MakeHouse
from tests.web.access.house import PASSWORD, Caller, House

PROXY = "10.0.0.1"


async def test_each_role_may_do_what_takes_it_or_less(house: House, browser: Caller) -> None:
    for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER):
        await house.add(role.word, role)
        await browser.log_in(role.word)
        for needs in Role:
            answer = await browser.get(f"/{needs.word}")
            assert (200 if role >= needs else 403) == answer.status
    assert '"viewer is viewer; this takes the role admin"' in answer.text


async def test_a_program_is_told_how_and_a_browser_is_sent_to_the_login(house: House) -> None:
    await house.add()
    program = house.caller()
    for path, headers in (
        ("/viewer", {"accept": "*/*"}),
        ("/api/v1/viewer", {}),
        ("/viewer", {"sec_fetch_dest": "empty"}),
    ):
        answer = await program.get(path, **headers)
        assert 401 == answer.status
    assert "/login?next=%2Fviewer" == answer.header("hx-redirect")
    answer = await program.get("/viewer", accept="*/*")
    assert "Bearer" == answer.header("www-authenticate")
    assert "log in, or send a token (Authorization: Bearer)" in answer.text
    assert 401 == (await program.post("/viewer")).status


# --- tokens --------------------------------------------------------------------------------------


async def test_a_token_lets_a_program_in_until_it_is_revoked(house: House) -> None:
    bearer = await house.grant(role=Role.EDITOR)
    program = house.caller()
    answer = await program.get("/api/v1/editor", authorization=bearer)
    assert (200, "ci editor token ci 192.0.2.1") == (answer.status, answer.text)
    assert 200 == (await program.ask("POST", "/api/v1/editor", authorization=bearer)).status
    assert 403 == (await program.get("/api/v1/admin", authorization=bearer)).status
    async with house.store.session("test") as session:
        await session.registry.change_people(revoking(house.tokens["ci"].id))
    answer = await program.get("/api/v1/editor", authorization=bearer)
    assert (401, "Bearer") == (answer.status, answer.header("www-authenticate"))


async def test_a_token_ends_at_its_time(house: House, autojump_clock: MockClock) -> None:
    bearer = await house.grant(for_s=3600.0)
    program = house.caller()
    await trio.sleep(3599)
    assert 200 == (await program.get("/api/v1/viewer", authorization=bearer)).status
    await trio.sleep(1)
    assert 401 == (await program.get("/api/v1/viewer", authorization=bearer)).status


async def test_a_token_is_for_its_paths_and_for_reading_only_if_it_says_so(house: House) -> None:
    bearer = await house.grant(role=Role.ADMIN, read_only=True, paths=("/api/v1/viewer",))
    program = house.caller()
    assert 200 == (await program.get("/api/v1/viewer", authorization=bearer)).status
    answer = await program.get("/api/v1/editor", authorization=bearer)
    assert (403, True) == (answer.status, "is not for /api/v1/editor" in answer.text)
    answer = await program.post("/api/v1/viewer", authorization=bearer)
    assert (403, True) == (answer.status, "is for reading only" in answer.text)


async def test_a_token_may_do_no_more_than_its_owner_and_goes_with_him(house: House) -> None:
    await house.add("boss")
    anna = await house.add("anna", Role.ADMIN)
    bearer = await house.grant(role=Role.ADMIN, owner=anna)
    program = house.caller()
    assert (
        "anna admin token ci 192.0.2.1"
        == (await program.get("/api/v1/admin", authorization=bearer)).text
    )
    async with house.store.session("test") as session:
        demoted = editing(anna.id, lambda one: attrs.evolve(one, role=Role.VIEWER))
        await session.registry.change_people(demoted)
        assert 403 == (await program.get("/api/v1/editor", authorization=bearer)).status
        await session.registry.change_people(removing(anna.id))
    assert 401 == (await program.get("/api/v1/viewer", authorization=bearer)).status


async def test_when_a_token_was_used_is_noted_now_and_then(
    house: House, autojump_clock: MockClock
) -> None:
    bearer = await house.grant()
    program, noted = house.caller(), set()
    for _ in range(10):
        await program.get("/api/v1/viewer", authorization=bearer)
        noted.add(house.tokens["ci"].used_at)
        await trio.sleep(60)
    assert 2 == len(noted)


async def test_a_bad_token_is_not_helped_by_a_good_session(house: House, browser: Caller) -> None:
    await house.add()
    await browser.log_in()
    for wrong in ("Bearer mon_wrong", "Bearer", "Bearer xyz", "bearer mon_", "BEARER  mon_x"):
        assert 401 == (await browser.get("/viewer", authorization=wrong)).status


async def test_what_a_proxy_before_us_asks_for_is_not_our_affair(
    house: House, browser: Caller
) -> None:
    await house.add()
    await browser.log_in()
    assert 200 == (await browser.get("/viewer", authorization="Basic YTpi")).status
    assert 303 == (await house.caller().get("/viewer", authorization="Basic YTpi")).status


async def test_a_token_in_an_address_is_refused_whoever_asks(house: House, browser: Caller) -> None:
    bearer = (await house.grant()).removeprefix("Bearer ")
    await house.add()
    await browser.log_in()
    for name in ("token", "access_token", "x"):
        answer = await browser.get(f"/api/v1/viewer?{name}={bearer}")
        assert 400 == answer.status
        assert "a token does not belong into an address" in answer.text
        assert bearer not in answer.text


# --- proxies -------------------------------------------------------------------------------------


@pytest.fixture
def behind(make_house: MakeHouse) -> House:
    """A house behind a proxy that logs people in."""
    return make_house(
        proxies=(ip_network("10.0.0.0/24"),), proxy_header="X-User", proxy_role=Role.VIEWER
    )


async def test_a_proxy_says_who_it_is_and_users_of_ours_keep_their_role(behind: House) -> None:
    await behind.add()
    proxy = behind.caller(PROXY)
    forwarded = {"x_forwarded_for": "6.6.6.6, 192.0.2.7, 10.0.0.9"}
    answer = await proxy.get("/admin", x_user="Anna", **forwarded)
    assert "anna admin proxy 192.0.2.7" == answer.text
    assert "zoe viewer proxy 10.0.0.1" == (await proxy.get("/viewer", x_user="zoe")).text
    assert 403 == (await proxy.get("/editor", x_user="zoe")).status


async def test_who_is_disabled_here_is_not_let_in_by_a_proxy(behind: House) -> None:
    await behind.add()
    await behind.add("bob", disabled=True)
    answer = await behind.caller(PROXY).get("/viewer", x_user="bob")
    assert (403, True) == (answer.status, "bob is disabled" in answer.text)


async def test_what_anybody_else_says_in_that_header_is_not_believed(behind: House) -> None:
    await behind.add()
    stranger = behind.caller("10.0.1.1")
    answer = await stranger.get("/viewer", x_user="anna", x_forwarded_for=PROXY)
    assert 303 == answer.status
    plain = behind.caller(PROXY)
    assert 303 == (await plain.get("/viewer")).status
    assert 400 == (await plain.get("/viewer", x_user="a\x01b")).status


async def test_a_change_by_way_of_a_proxy_must_come_from_our_own_page(behind: House) -> None:
    await behind.add()
    proxy = behind.caller(PROXY)
    evil = {"sec_fetch_site": "cross-site", "origin": "https://evil.example"}
    assert 403 == (await proxy.post("/admin", x_user="anna", **evil)).status
    assert 200 == (await proxy.post("/admin", x_user="anna")).status


async def test_behind_a_proxy_that_speaks_https_cookies_are_for_https_only(behind: House) -> None:
    await behind.add()
    form = {"name": "anna", "password": PASSWORD}
    https = {"x_forwarded_proto": "https", "x_forwarded_host": "public.example"}
    [cookie] = (await behind.caller(PROXY).post("/login", form, **https)).cookies
    assert cookie.startswith("__Host-monitor-session=")
    [cookie] = (await behind.caller("192.0.2.1").post("/login", form, **https)).cookies
    assert cookie.startswith("monitor-session-8080=")


# --- the first run -------------------------------------------------------------------------------


async def test_without_users_nobody_comes_in_without_the_token_not_from_here_either(
    house: House,
) -> None:
    local = house.caller("127.0.0.1")
    for path in ("/viewer", "/first-run", "/viewer?first-run=wrong", "/viewer?first-run="):
        assert 303 == (await local.get(path)).status
    assert 401 == (await local.post("/admin")).status
    page = await local.get("/login")
    assert "Nobody can log in yet" in page.text
    page = await local.get("/login?next=/viewer?first-run=guess")
    assert (401, True) == (page.status, "That is not it." in page.text)


async def test_the_first_run_token_leads_to_the_first_admin_and_is_void_then(
    house: House, browser: Caller
) -> None:
    token = house.entrance.first.token
    answer = await browser.get(f"/viewer?first-run={token}")
    assert (303, "/first-run") == (answer.status, answer.header("location"))
    assert token not in answer.cookies[0]
    assert "first run admin first run 192.0.2.1" == (await browser.get("/admin")).text
    assert "The first user" in (await browser.get("/first-run")).text
    other = house.caller()
    await other.get(f"/viewer?first-run={token}")
    form = {"name": "anna", "password": PASSWORD, "again": PASSWORD}
    answer = await browser.post("/first-run", form)
    assert (303, "/") == (answer.status, answer.header("location"))
    assert ["monitor-session-8080"] == list(browser.jar)
    assert "anna admin session 192.0.2.1" == (await browser.get("/admin")).text
    for void in (other, house.caller()):
        assert 303 == (await void.get("/viewer")).status
        assert 303 == (await void.get(f"/viewer?first-run={token}")).status
        assert 401 == (await void.post("/first-run", form)).status
    assert ["user.add", "login"] == [one.action for one in house.deeds]


async def test_the_whole_address_may_be_pasted_where_the_token_is_asked_for(
    house: House, browser: Caller
) -> None:
    address = house.entrance.first.address("http://127.0.0.1:8080").replace("=", "%3D")
    assert 303 == (await browser.get(f"/first-run?first-run={address}")).status
    assert 200 == (await browser.get("/first-run")).status


@pytest.mark.parametrize(
    ("name", "password", "again", "why"),
    [
        ("anna", "short", "short", "use 12 or more"),
        ("anna", "password123456", "password123456", "among those that are tried first"),
        ("anna", PASSWORD, "another of them", "the two passwords differ"),
        ("", PASSWORD, PASSWORD, "the name of the user is empty"),
        ("a\x07b", PASSWORD, PASSWORD, "control character"),
        ("x" * 70, PASSWORD, PASSWORD, "at most 64"),
    ],
)
async def test_a_first_user_that_is_not_good_is_asked_for_again(
    house: House, browser: Caller, name: str, password: str, again: str, why: str
) -> None:
    await browser.get(f"/viewer?first-run={house.entrance.first.token}")
    form = {"name": name, "password": password, "again": again}
    answer = await browser.post("/first-run", form)
    assert (400, True) == (answer.status, why in answer.text)
    assert password not in answer.text
    assert {} == house.store.tables.access.users


async def test_a_user_added_meanwhile_ends_the_first_run(house: House, browser: Caller) -> None:
    await browser.get(f"/viewer?first-run={house.entrance.first.token}")
    assert 200 == (await browser.get("/admin")).status
    await house.add()
    assert 303 == (await browser.get("/admin")).status


# --- while the database is away ------------------------------------------------------------------


async def test_who_was_let_in_lately_may_look_on_while_the_database_is_away(
    house: House, browser: Caller, autojump_clock: MockClock
) -> None:
    await house.add()
    late = house.caller()
    bearer = await house.grant(role=Role.ADMIN, paths=("/api",))
    await browser.log_in()
    await late.log_in()
    assert 200 == (await late.get("/viewer")).status
    await trio.sleep(400)
    await browser.get("/viewer")
    await browser.get("/api/v1/viewer", authorization=bearer)

    def away() -> None:
        raise DatabaseAway("away")

    house.store.before_unit = away
    assert 503 == (await browser.get("/viewer")).status
    house.outage.begin(DatabaseAway("away"))
    await trio.sleep(3600)
    assert "anna viewer session 192.0.2.1" == (await browser.get("/viewer")).text
    assert 503 == (await browser.get("/editor")).status
    assert 200 == (await browser.get("/api/v1/viewer", authorization=bearer)).status
    assert 503 == (await browser.get("/viewer", authorization=bearer)).status
    for unknown in (late, house.caller(jar={"monitor-session-8080": "x"})):
        assert 503 == (await unknown.get("/viewer")).status
    await trio.sleep(timedelta(days=30).total_seconds())
    assert 503 == (await browser.get("/viewer")).status


async def test_a_stream_ends_when_its_reader_would_not_be_let_in_any_more(
    house: House, autojump_clock: MockClock
) -> None:
    bearer = await house.grant()
    status, ended_s = 0, 0.0

    async def follow() -> None:
        nonlocal status, ended_s
        status = (await house.caller().get("/api/v1/stream", authorization=bearer)).status
        ended_s = trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow)
        await trio.sleep(100)
        assert 0 == ended_s
        async with house.store.session("test") as session:
            await session.registry.change_people(revoking(house.tokens["ci"].id))
    assert 200 == status
    assert 100 < ended_s <= 120


async def test_a_stream_that_ends_by_itself_ends(
    house: House, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def soon() -> None:
        await trio.sleep(3)

    monkeypatch.setattr("tests.web.access.house.trio.sleep_forever", soon)
    answer = await house.caller().get("/api/v1/stream", authorization=await house.grant())
    assert (200, 3.0) == (answer.status, trio.current_time())
