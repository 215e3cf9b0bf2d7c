"""The login by an identity provider, against one that really listens."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import attrs
import pytest
import trio

from monitor.core.access.options import AccessOptions
from monitor.core.access.provider import OidcOptions
from monitor.core.access.roles import Role
from monitor.engine.clock import Clock
from monitor.store.memory import MemoryStore
from tests.web.access.house import Answer, Caller, House
from tests.web.access.provider import CLIENT, SECRET, IdentityProvider, new_key

URL = "http://monitor.example:8080"


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    one = IdentityProvider()
    async with trio.open_nursery() as nursery:
        await nursery.start(one.serve)
        yield one
        nursery.cancel_scope.cancel()


def make_house(provider: IdentityProvider, **more: Any) -> House:
    oidc = OidcOptions(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, **more)
    clock = Clock()
    return House(MemoryStore(clock.now), clock, AccessOptions(url=URL, oidc=oidc))


@pytest.fixture
async def house(provider: IdentityProvider) -> House:
    house = make_house(provider)
    await house.add("boss")
    return house


async def log_in(browser: Caller, provider: IdentityProvider, **different: str) -> Answer:
    away = await browser.get("/login/oidc?next=/viewer")
    assert 303 == away.status
    query = provider.visit(away.header("location"), **different)
    return await browser.get(f"/login/oidc/return?{query}", sec_fetch_site="cross-site")


async def test_who_the_provider_names_is_let_in_and_known_from_then_on(
    house: House, provider: IdentityProvider
) -> None:
    assert "/login/oidc?next=/" in (await house.caller().get("/login")).text
    browser = house.caller()
    page = await log_in(browser, provider)
    assert (200, True) == (page.status, 'url=/viewer"' in page.text)
    [session, gone] = page.cookies
    assert session.endswith("HttpOnly; SameSite=Strict")
    assert gone.startswith("monitor-oidc-8080=; ")
    assert gone.endswith("Max-Age=0; HttpOnly; SameSite=Lax")
    assert "anna viewer session 192.0.2.1" == (await browser.get("/viewer")).text
    provider.claims = {"preferred_username": "anna-maria"}
    await log_in(house.caller(), provider)
    users = house.store.tables.access.users.values()
    assert [("boss", ""), ("anna", f"{provider.issuer} 4711")] == [
        (one.name, one.subject) for one in users
    ]
    assert 2 == provider.asked.count("/token")
    assert 1 == provider.asked.count("/keys")
    assert ["user.add", "login", "login"] == [one.action for one in house.deeds]
    assert 401 == (await house.caller().log_in("anna", "")).status


async def test_the_role_is_what_the_claim_says_at_each_login(provider: IdentityProvider) -> None:
    house = make_house(
        provider, role_claim="realm.roles", admins=("ops",), editors=("dev",), role=None
    )
    await house.add("boss")
    browser = house.caller()
    for groups, role in ((["dev", "x"], "editor"), (["ops"], "admin"), (["dev"], "editor")):
        provider.claims = {"realm": {"roles": groups}}
        await log_in(browser, provider)
        assert f"anna {role} session 192.0.2.1" == (await browser.get("/viewer")).text
    provider.claims = {"realm": {"roles": ["guests"]}}
    answer = await log_in(house.caller(), provider)
    assert (403, True) == (answer.status, "has no role here" in answer.text)
    edits = [(one.before, one.after) for one in house.deeds if one.action == "user.edit"]
    assert ({"role": "editor"}, {"role": "admin"}) == edits[0]


async def test_who_is_disabled_here_is_not_let_in_by_a_provider(
    house: House, provider: IdentityProvider
) -> None:
    await log_in(house.caller(), provider)
    users = house.store.tables.access.users
    [anna] = [one for one in users.values() if one.name == "anna"]
    users[anna.id] = attrs.evolve(anna, disabled=True)
    answer = await log_in(browser := house.caller(), provider)
    assert (403, True) == (answer.status, "is disabled" in answer.text)
    assert 303 == (await browser.get("/viewer")).status


async def test_a_name_that_somebody_has_here_is_not_taken_over(
    house: House, provider: IdentityProvider
) -> None:
    provider.claims = {"preferred_username": "BOSS"}
    answer = await log_in(browser := house.caller(), provider)
    assert (403, True) == (answer.status, "exists already" in answer.text)
    assert 303 == (await browser.get("/viewer")).status


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example"}, "from another issuer"),
        ({"aud": "somebody else"}, "for somebody else (aud)"),
        ({"aud": [CLIENT, "other"]}, "for somebody else (azp)"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "for somebody else (azp)"),
        ({"nonce": "of another login"}, "of another login (nonce)"),
        ({"nonce": None}, "of another login (nonce)"),
        ({"exp": -100.0}, "is over (exp)"),
        ({"exp": "never"}, "is over (exp)"),
        ({"iat": 900.0}, "from the future"),
        ({"nbf": 900.0}, "does not count yet"),
        ({"sub": ""}, "names nobody"),
        ({"sub": 7}, "names nobody"),
        ({"preferred_username": ""}, "has no name"),
    ],
    ids=str,
)
async def test_a_token_that_does_not_count_lets_nobody_in(
    house: House, provider: IdentityProvider, claims: dict[str, Any], why: str
) -> None:
    provider.claims = {  # moments are said from now
        name: time.time() + value if isinstance(value, float) else value
        for name, value in claims.items()
    }
    answer = await log_in(browser := house.caller(), provider)
    assert (403, True) == (answer.status, why in answer.text), answer.text
    assert 303 == (await browser.get("/viewer")).status


async def test_a_token_signed_by_another_key_lets_nobody_in_a_newer_key_does(
    house: House, provider: IdentityProvider
) -> None:
    await log_in(house.caller(), provider)
    provider.key, provider.published = new_key("first", 2), provider.key
    answer = await log_in(house.caller(), provider)
    assert (403, True) == (answer.status, "not signed by a key" in answer.text)
    provider.key, provider.published = new_key("second"), None
    assert 200 == (await log_in(house.caller(), provider)).status


async def test_a_token_without_signature_lets_nobody_in(
    house: House, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsigned(_headers: Any, form: dict[str, str]) -> tuple[int, Any]:
        asked = provider._codes.pop(form["code"])
        claims: dict[str, Any] = {
            "iss": provider.issuer,
            "sub": "4711",
            "aud": CLIENT,
            "nonce": asked["nonce"],
        }
        claims |= {"iat": time.time(), "exp": time.time() + 300, "preferred_username": "anna"}
        parts = [json.dumps(one).encode() for one in ({"alg": "none"}, claims)]
        text = ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts)
        return 200, {"id_token": text + "."}

    monkeypatch.setattr(IdentityProvider, "_token", lambda _self, *args: unsigned(*args))
    answer = await log_in(house.caller(), provider)
    assert (403, True) == (answer.status, "not signed by a key" in answer.text)


async def test_only_the_browser_that_went_may_come_back_and_once(
    house: House, provider: IdentityProvider
) -> None:
    browser, victim = house.caller(), house.caller()
    away = await browser.get("/login/oidc")
    query = provider.visit(away.header("location"))
    state = dict(browser.jar)
    for wrong in (victim, house.caller(jar={"monitor-oidc-8080": "x"})):
        assert 403 == (await wrong.get(f"/login/oidc/return?{query}")).status
    answer = await browser.get(f"/login/oidc/return?{query}")
    assert (403, True) == (answer.status, "did not begin here" in answer.text), "the state is spent"
    page = await log_in(browser, provider)
    assert 200 == page.status
    browser.jar |= state
    assert 403 == (await browser.get(f"/login/oidc/return?{query}")).status
    assert 403 == (await house.caller().get("/login/oidc/return")).status


async def test_what_the_provider_refuses_is_refused(
    house: House, provider: IdentityProvider
) -> None:
    answer = await log_in(house.caller(), provider, code="")
    assert (403, True) == (answer.status, "let nobody in" in answer.text)
    answer = await log_in(house.caller(), provider, code="another")
    assert (403, True) == (answer.status, "invalid_grant" in answer.text)
    answer = await log_in(house.caller(), provider, iss="https://evil.example")
    assert (403, True) == (answer.status, "another provider" in answer.text)


async def test_a_provider_that_is_away_is_said_to_be(
    house: House, provider: IdentityProvider
) -> None:
    provider.silent = True
    answer = await house.caller().get("/login/oidc")
    assert (502, True) == (answer.status, "cannot be asked now" in answer.text)
    assert 303 == (await house.caller().log_in("boss")).status, "who has a password still can"


async def test_a_provider_must_be_who_it_says_it_is(provider: IdentityProvider) -> None:
    house = make_house(provider)
    options = house.options.oidc
    assert options is not None
    wrong = attrs.evolve(options, issuer=f"{provider.issuer}/")
    other = House(house.store, house.clock, AccessOptions(url=URL, oidc=wrong))
    assert 502 == (await other.caller().get("/login/oidc")).status


async def test_the_first_user_comes_by_a_provider_only_as_an_admin(
    provider: IdentityProvider,
) -> None:
    house = make_house(provider, role_claim="groups", admins=("ops",))
    answer = await log_in(house.caller(), provider)
    assert (403, True) == (answer.status, "the first user must be an admin" in answer.text)
    provider.claims = {"groups": ["ops"]}
    assert 200 == (await log_in(house.caller(), provider)).status
    assert [Role.ADMIN] == [one.role for one in house.store.tables.access.users.values()]
