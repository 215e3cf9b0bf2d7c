"""/api/v1/status-pages: pages for the public, their logos and subscribers."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from monitor.core.statuspage.logo import Logo, read_logo
from monitor.core.statuspage.making import SECTIONS_LIMIT, TEXT_LIMIT, InvalidPage, section_of
from monitor.core.statuspage.values import THEMES, PagesChange, StatusPage
from monitor.operations.refusals import NotThere
from monitor.operations.statuspages import (
    adding,
    editing,
    find_page,
    find_subscriber,
    fit_page,
    fit_password,
    logo_form,
    page_form,
    removing,
    subscriber_form,
)
from monitor.web.access.hashing import Passwords
from monitor.web.api.bodies import TEXT, TEXTS, flag, line, note
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Body, Key, Operation, Reply
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

_LONG = {"type": "string", "maxLength": TEXT_LIMIT}
_FLAG = {"type": "boolean"}


def _sections(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("is no list of sections; write [{'title': 'Shop', 'tags': ['prod']}]")
    try:
        return tuple(section_of(one) for one in value)
    except InvalidPage as error:
        raise ValueError(error.message) from None


def picture(value: Any) -> Logo:
    """Read a logo in Base64."""
    try:
        return read_logo(base64.b64decode(note(value), validate=True))
    except binascii.Error:
        raise ValueError("is not Base64") from None
    except InvalidPage as error:
        raise ValueError(error.message) from None


_KEYS = {
    "title": Key(line, "what it is called", TEXT),
    "host": Key(note, "a host name of its own, at which it stands at /", {"type": "string"}),
    "description": Key(note, "what stands below the sentence about all", _LONG),
    "sections": Key(
        _sections,
        "which tasks it shows, by names (* and ? stand for anything) and tags",
        {
            "type": "array",
            "maxItems": SECTIONS_LIMIT,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string"},
                    "tasks": TEXTS,
                    "tags": TEXTS,
                    "names": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        },
        "section",
    ),
    "latency": Key(flag, "whether response times are shown", _FLAG),
    "targets": Key(flag, "whether addresses are shown, without passwords", _FLAG),
    "accent": Key(note, "the colour of its head, like #1d5c99", {"type": "string"}),
    "theme": Key(note, "its colours", {"enum": list(THEMES)}),
    "language": Key(note, "en or ru; empty: the reader's", {"enum": ["", "en", "ru"]}),
    "link": Key(note, "where its title leads", {"type": "string"}),
    "footer": Key(note, "what stands at its foot", _LONG),
    "indexed": Key(flag, "whether search engines may list it", _FLAG),
    "mail": Key(
        note,
        "what sends letters to subscribers, as a mail channel without recipients; empty: nothing",
        {"type": "string"},
    ),
    "webhooks": Key(flag, "whether webhooks may subscribe", _FLAG),
    "password": Key(
        note,
        "what readers need to know; empty: nothing",
        {"type": "string", "maxLength": 256, "writeOnly": True},
    ),
}
_EXAMPLE = {
    "title": "Example Shop",
    "sections": [{"title": "Shop", "tags": ["prod"], "names": {"web-1": "Storefront"}}],
}
_NEW = Body(
    name="NewStatusPage",
    keys={"slug": Key(line, "its address: /status/<slug>", TEXT), **_KEYS},
    required=("slug", "title"),
    example={"slug": "shop", **_EXAMPLE},
)
_EDIT = Body(name="StatusPageEdit", keys=_KEYS, example=_EXAMPLE)

_LOGO = Body(
    name="NewLogo",
    keys={
        "data": Key(
            picture,
            "the picture in Base64; at most 256 KiB and 2000 pixels a side",
            {"type": "string", "contentEncoding": "base64"},
        )
    },
    required=("data",),
    example={"data": "iVBORw0KGgo..."},
)


@attrs.frozen(kw_only=True)
class StatusPageDesk:
    """Serves status pages to those who make them."""

    changed: Callable[[], object]
    """Called when something has changed that the public sees."""
    passwords: Passwords
    allow_references: bool = False
    """Whether `${NAME}` is taken over HTTP."""

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listSubscribers",
            method="GET",
            path="/status-pages/{slug}/subscribers",
            needs=Role.ADMIN,
            says="List who is told of what happens on a status page.",
            carry_out=self.subscribers,
            query=PAGING,
            answer=page_of("Subscriber"),
        )
        yield Operation(
            id="removeSubscriber",
            method="DELETE",
            path="/status-pages/{slug}/subscribers/{subscriber}",
            needs=Role.ADMIN,
            says="Forget a subscriber, and letters on their way there.",
            carry_out=self.unsubscribe,
            status=204,
        )
        yield Operation(
            id="getLogo",
            method="GET",
            path="/status-pages/{slug}/logo",
            needs=Role.VIEWER,
            says="Say what is known of the logo of a status page.",
            more="The picture itself is at `/status/{slug}/logo`.",
            carry_out=self.logo,
            answer=ref("Logo"),
        )
        yield Operation(
            id="setLogo",
            method="PUT",
            path="/status-pages/{slug}/logo",
            needs=Role.ADMIN,
            says="Give a status page a logo: PNG, JPEG or WebP.",
            carry_out=self.set_logo,
            body=_LOGO,
            answer=ref("Logo"),
        )
        yield Operation(
            id="removeLogo",
            method="DELETE",
            path="/status-pages/{slug}/logo",
            needs=Role.ADMIN,
            says="Take the logo of a status page away.",
            carry_out=self.remove_logo,
            status=204,
        )
        yield Operation(
            id="listStatusPages",
            method="GET",
            path="/status-pages",
            needs=Role.VIEWER,
            says="List status pages.",
            carry_out=self.list,
            query=PAGING,
            answer=page_of("StatusPage"),
        )
        yield Operation(
            id="createStatusPage",
            method="POST",
            path="/status-pages",
            needs=Role.ADMIN,
            says="Make a status page; everybody may read it at once.",
            carry_out=self.create,
            body=_NEW,
            answer=ref("StatusPage"),
            status=201,
            refusals=(409,),
            once=True,
        )
        yield Operation(
            id="getStatusPage",
            method="GET",
            path="/status-pages/{slug}",
            needs=Role.VIEWER,
            says="Show a status page as it is declared.",
            carry_out=self.get,
            answer=ref("StatusPage"),
        )
        yield Operation(
            id="editStatusPage",
            method="PATCH",
            path="/status-pages/{slug}",
            needs=Role.ADMIN,
            says="Change a status page; what is not sent stays.",
            carry_out=self.edit,
            body=_EDIT,
            answer=ref("StatusPage"),
            refusals=(409,),
        )
        yield Operation(
            id="removeStatusPage",
            method="DELETE",
            path="/status-pages/{slug}",
            needs=Role.ADMIN,
            says="Remove a status page with what was written on it.",
            carry_out=self.remove,
            status=204,
            refusals=(409,),
        )

    async def list(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], str)
        async with call.session() as session:
            known = await session.publishing.pages()
        found = [one for one in known if place is None or one.slug > place[0]]
        return page_reply(found, call.query["limit"], page_form, lambda one: [one.slug])

    async def create(self, call: Call) -> Reply:
        fields = await self._hashed(call.body["slug"], call.body)
        page = fit_page(lambda: StatusPage(**fields), references=self.allow_references)

        def reply(done: PagesChange) -> Reply:
            (one,) = done.pages
            location = {"Location": f"/api/v1/status-pages/{one.slug}"}
            return Reply(document=page_form(one), status=201, headers=location)

        async with call.session() as session:

            async def add() -> PagesChange:
                return await session.publishing.change_pages(adding(page))

            done = await done_once(call, session, add, reply)
        self.changed()
        return done

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            found = find_page(await session.publishing.pages(), call.text("slug"))
        return Reply(document=page_form(found))

    async def edit(self, call: Call) -> Reply:
        slug = call.text("slug")
        fields = await self._hashed(slug, call.body)
        plan = editing(slug, fields, references=self.allow_references)
        async with call.session() as session:
            done = await session.publishing.change_pages(plan)
        self.changed()
        return Reply(document=page_form(done.pages[0]))

    async def _hashed(self, slug: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was said of a page, with the hash of its password."""
        fields = dict(body)
        if password := fields.pop("password", ""):
            fields["password_hash"] = await self.passwords.hash(fit_password(slug, password))
        elif "password" in body:
            fields["password_hash"] = ""
        return fields

    async def remove(self, call: Call) -> Reply:
        slug = call.text("slug")
        async with call.session() as session:
            await session.publishing.change_pages(removing(slug))
        self.changed()
        return Reply(status=204)

    async def subscribers(self, call: Call) -> Reply:
        slug, place = call.text("slug"), decoded(call.query["cursor"], str)
        async with call.session() as session:
            find_page(await session.publishing.pages(), slug)
            known = await session.publishing.readers.all(slug)
        found = [one for one in known if place is None or one.id > place[0]]
        return page_reply(found, call.query["limit"], subscriber_form, lambda one: [one.id])

    async def unsubscribe(self, call: Call) -> Reply:
        slug = call.text("slug")
        async with call.session() as session:
            find_page(await session.publishing.pages(), slug)
            readers = session.publishing.readers
            one = find_subscriber(await readers.all(slug), call.text("subscriber"))
            await readers.drop(slug, [one.id])
        return Reply(status=204)

    async def logo(self, call: Call) -> Reply:
        slug = call.text("slug")
        async with call.session() as session:
            find_page(await session.publishing.pages(), slug)
            found = await session.publishing.logo(slug)
        if found is None:
            raise NotThere(f"the status page {slug!r} has no logo")
        return Reply(document=logo_form(found))

    async def set_logo(self, call: Call) -> Reply:
        logo: Logo = call.body["data"]
        await self._change_logo(call, logo)
        return Reply(document=logo_form(logo))

    async def remove_logo(self, call: Call) -> Reply:
        await self._change_logo(call, None)
        return Reply(status=204)

    async def _change_logo(self, call: Call, logo: Logo | None) -> None:
        slug = call.text("slug")
        async with call.session() as session:
            find_page(await session.publishing.pages(), slug)
            await session.publishing.set_logo(slug, logo)
        self.changed()
