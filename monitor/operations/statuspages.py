"""Status pages and what is written on them: found by slug, changed, and shown as documents."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.core.access.passwords import BadPassword, check_password
from monitor.core.alerts.notices import InvalidChannel
from monitor.core.ports import Session
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.making import InvalidPage, check_page, new_post
from monitor.core.statuspage.publishing import PagesPlan
from monitor.core.statuspage.readers import Subscriber
from monitor.core.statuspage.values import PagesChange, Post, StatusPage
from monitor.operations.channelspecs import refuse_from_file
from monitor.operations.documents import Moment, plain
from monitor.operations.forms import Form
from monitor.operations.refusals import NotThere, Taken, Unfit
from monitor.references import has_reference


@attrs.frozen(kw_only=True)
class SectionDocument:
    """Some tasks under a heading."""

    title: str
    tasks: list[str]
    tags: list[str]
    names: Annotated[dict[str, str], Meta(description="what the public reads, by task")]


@attrs.frozen(kw_only=True)
class StatusPageDocument:
    """A page for the public, at /status/<slug>."""

    slug: str
    title: str
    host: Annotated[str, Meta(description="a host name at which it stands at /, without path")]
    description: str
    sections: list[SectionDocument]
    latency: Annotated[bool, Meta(description="whether response times are shown")]
    targets: Annotated[bool, Meta(description="whether addresses are shown")]
    accent: str
    theme: str
    language: str
    link: str
    footer: str
    indexed: bool
    mail: Annotated[str, Meta(description="what sends letters to subscribers, without secrets")]
    webhooks: Annotated[bool, Meta(description="whether webhooks may subscribe")]
    protected: Annotated[bool, Meta(description="whether readers need a password")]
    from_file: bool


@attrs.frozen(kw_only=True)
class PostDocument:
    """Something written about an incident; further posts belong to the same story."""

    id: str
    story: str
    at: Moment
    state: str
    title: str
    text: str
    by: str


@attrs.frozen(kw_only=True)
class LogoDocument:
    """The logo of a status page."""

    media_type: str
    width: Annotated[int, Meta(description="pixels")]
    height: int
    size: Annotated[int, Meta(description="bytes")]
    version: Annotated[str, Meta(description="differs when the picture does")]


@attrs.frozen(kw_only=True)
class SubscriberDocument:
    """Somebody who is told of what happens on a status page."""

    id: str
    way: Annotated[str, Meta(description="mail or webhook")]
    address: str
    language: str
    asked_at: Moment
    confirmed_at: Annotated[
        Moment | None, Meta(description="null: has not said yet that it was he")
    ]


def subscriber_form(one: Subscriber) -> Form:
    """A subscriber as a document; without what lets one end the subscription."""
    form: Form = plain(
        SubscriberDocument(
            id=one.id,
            way=one.way,
            address=one.address,
            language=one.lang,
            asked_at=one.asked_at,
            confirmed_at=one.confirmed_at,
        )
    )
    return form


def find_subscriber(known: Sequence[Subscriber], wanted: str) -> Subscriber:
    """Return the subscriber of that id or address. Raises NotThere, Unfit."""
    found = [one for one in known if wanted in (one.id, one.address)]
    if not found:
        raise NotThere(
            "the page has no such subscriber; `monitor status-page subscribers` lists all"
        )
    if len(found) > 1:
        raise Unfit("", f"{len(found)} subscribers have that address; name one by its id")
    return found[0]


def logo_form(logo: Logo) -> Form:
    """A logo as a document."""
    form: Form = plain(
        LogoDocument(
            media_type=logo.media_type,
            width=logo.width,
            height=logo.height,
            size=len(logo.data),
            version=logo.version,
        )
    )
    return form


def page_form(page: StatusPage) -> Form:
    """A page as a document."""
    fields = attrs.asdict(page, recurse=False)
    fields["mail"] = shown_mail(page)
    fields["protected"] = bool(fields.pop("password_hash"))
    fields["sections"] = [
        SectionDocument(
            title=one.title, tasks=list(one.tasks), tags=list(one.tags), names=dict(one.names)
        )
        for one in page.sections
    ]
    form: Form = plain(StatusPageDocument(**fields))
    return form


def shown_mail(page: StatusPage) -> str:
    """Return what sends a page's letters as it may be shown; empty: nothing does."""
    if not page.mail:
        return ""
    from monitor.channels import shown_url  # brings what sends

    return shown_url(page.mail)


def post_form(post: Post) -> Form:
    """A post as a document."""
    fields = attrs.asdict(post)
    del fields["page"]
    form: Form = plain(PostDocument(**fields))
    return form


def find_page(pages: Sequence[StatusPage], wanted: str) -> StatusPage:
    """Return the page of that slug.

    Raises:
        NotThere: naming the one that was probably meant.
    """
    known = {one.slug: one for one in pages}
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=1)
    guess = f", did you mean {close[0]!r}" if close else "; `monitor status-page list` shows all"
    raise NotThere(f"there is no status page {wanted!r}{guess}")


def fit_page(
    make: Callable[[], StatusPage], *, old_mail: str = "", references: bool = True
) -> StatusPage:
    """Return a page that can be. Raises Unfit.

    Args:
        old_mail: what has sent its letters so far.
        references: whether what sends them may name secrets of this machine that it did not yet.
    """
    try:
        page = check_page(make())
        if has_reference(page.mail) and not references and page.mail != old_mail:
            raise Unfit(
                "mail",
                "has a reference ${...}; these are not taken over HTTP; use the command line or a "
                "configuration file, or set web.allow_references",
            )
        if page.mail:
            from monitor.channels.bulletin import check_sender  # brings what sends

            check_sender(page.mail)
        return page
    except (InvalidPage, InvalidChannel) as error:
        raise Unfit(error.field, error.message) from None


def fit_password(slug: str, password: str) -> str:
    """Return a password that a page can have. Raises Unfit."""
    try:
        check_password(password, (slug,))
    except BadPassword as error:
        raise Unfit("password", str(error)) from None
    return password


def adding(page: StatusPage) -> PagesPlan:
    """Return the plan to add a page; it raises Taken."""

    def plan(known: Sequence[StatusPage]) -> PagesChange:
        if any(one.slug == page.slug for one in known):
            raise Taken(f"status page {page.slug!r} exists already; edit it, or choose another")
        return PagesChange(pages=(page,))

    return plan


def editing(slug: str, fields: Mapping[str, Any], *, references: bool = True) -> PagesPlan:
    """Return the plan to change a page; it raises NotThere, Taken, Unfit.

    What sends letters may come back as it was shown: then what is secret in it stays.

    Args:
        references: see `fit_page`.
    """

    def plan(known: Sequence[StatusPage]) -> PagesChange:
        old = find_page(known, slug)
        refuse_from_file("status page", slug, from_file=old.from_file)
        is_as_shown = bool(old.mail) and fields.get("mail") == shown_mail(old)
        changes = {**fields, "mail": old.mail} if is_as_shown else fields

        def make() -> StatusPage:
            return attrs.evolve(old, **changes)

        return PagesChange(pages=(fit_page(make, old_mail=old.mail, references=references),))

    return plan


def removing(slug: str) -> PagesPlan:
    """Return the plan to remove a page with its posts; it raises NotThere, Taken."""

    def plan(known: Sequence[StatusPage]) -> PagesChange:
        old = find_page(known, slug)
        refuse_from_file("status page", slug, from_file=old.from_file)
        return PagesChange(drop=(slug,))

    return plan


async def make_post(
    session: Session,
    slug: str,
    *,
    at: datetime,
    state: str,
    text: str,
    title: str,
    story: str,
    by: str,
) -> Post:
    """Return a post that can be written.

    `story` may be the beginning of an id; without one and without a title, the post is about what
    is open, if that is one story.

    Raises:
        NotThere: there is no such page, or no such story.
        Unfit: it cannot be as it was written.
    """
    find_page(await session.publishing.pages(), slug)
    known = await session.publishing.posts(slug)
    if story:
        story = find_story(known, story)
    elif not title:
        story = _open_story(known)
    try:
        return new_post(known, slug, at=at, state=state, text=text, title=title, story=story, by=by)
    except InvalidPage as error:
        raise Unfit(error.field, error.message) from None


def find_story(posts: Sequence[Post], wanted: str) -> str:
    """Return the id of a story that begins like that. Raises NotThere, Unfit."""
    found = sorted({one.story for one in posts if one.story.startswith(wanted)})
    if not found:
        raise NotThere(f"there is no story {wanted!r} on this page")
    if len(found) > 1 and wanted not in found:
        raise Unfit("story", f"{wanted!r} begins {len(found)} ids; write more of it")
    return wanted if wanted in found else found[0]


def _open_story(posts: Sequence[Post]) -> str:
    from monitor.core.statuspage.values import stories_of

    lasting = [one for one in stories_of(posts) if one.is_open]
    if not lasting:
        raise Unfit("title", "is missing; no incident is open on this page, and a new one has one")
    if len(lasting) > 1:
        names = ", ".join(f"{one.id} ({one.title})" for one in lasting)
        raise Unfit("story", f"is missing; {len(lasting)} incidents are open: {names}")
    return lasting[0].id
