"""`monitor status-page`: pages for the public, and what is written on them."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import App, Parameter

from monitor.cli import status_page_export, status_page_readers
from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json, table
from monitor.cli.selecting import Tags, TaskNames
from monitor.core.units import stamp
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.statuspage.values import PagesChange, Section, StatusPage


def register(app: App) -> None:
    pages = App(name="status-page", help="Pages for the public: /status/<slug>.")
    pages.command(add)
    pages.command(list_, name="list")
    pages.command(show)
    pages.command(edit)
    pages.command(remove)
    pages.command(post)
    pages.command(forget)
    pages.command(status_page_readers.password)
    pages.command(status_page_readers.logo)
    pages.command(status_page_readers.subscribers)
    pages.command(status_page_readers.unsubscribe)
    pages.command(status_page_export.export)
    app.command(pages)


Said = str | None
_SWITCHES = ("latency", "targets", "webhooks", "indexed")


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Looks:
    """What a page shows, and how."""

    section: Annotated[
        list[str] | None,
        Parameter(
            metavar="TITLE=NAMES",
            n_tokens=1,
            help="A heading and its tasks, such as 'Shop=web-*, api, #prod' (# before a tag); "
            "may be repeated.",
        ),
    ] = None
    task: TaskNames = None
    tag: Tags = None
    rename: Annotated[
        list[str] | None,
        Parameter(
            metavar="TASK=SHOWN",
            n_tokens=1,
            help="What the public reads instead of a task's name; may be repeated.",
        ),
    ] = None
    host: Annotated[
        Said,
        Parameter(
            metavar="NAME",
            help="A host name at which it stands at /, such as status.example.com; '' is none.",
        ),
    ] = None
    description: Annotated[Said, Parameter(help="What stands below the title.")] = None
    latency: Annotated[
        Said, Parameter(metavar="yes|no", help="Whether response times are shown (new: no).")
    ] = None
    targets: Annotated[
        Said, Parameter(metavar="yes|no", help="Whether addresses are shown (new: no).")
    ] = None
    accent: Annotated[Said, Parameter(metavar="#RRGGBB", help="The colour of the head.")] = None
    theme: Annotated[Said, Parameter(metavar="auto|light|dark", help="Its colours.")] = None
    language: Annotated[
        Said, Parameter(metavar="en|ru", help="Its language; '' is the reader's.")
    ] = None
    link: Annotated[Said, Parameter(metavar="URL", help="Where its title leads.")] = None
    footer: Annotated[Said, Parameter(help="What stands at its foot.")] = None
    mail: Annotated[
        Said,
        Parameter(
            metavar="URL",
            help="What sends letters to subscribers: mailtos://user:password@HOST?from=ADDRESS; "
            "'' is nothing.",
        ),
    ] = None
    webhooks: Annotated[
        Said, Parameter(metavar="yes|no", help="Whether webhooks may subscribe (new: no).")
    ] = None
    indexed: Annotated[
        Said, Parameter(metavar="yes|no", help="Whether search engines may list it (new: yes).")
    ] = None

    def fields(self, old: "StatusPage | None" = None) -> dict[str, Any]:
        """Return what was said. Raises BadInput."""
        plain = ("host", "description", "latency", "targets", "accent", "theme", "language", "link")
        named = {
            name: getattr(self, name) for name in (*plain, "footer", "mail", "webhooks", "indexed")
        }
        found: dict[str, Any] = {
            name: _switch(name, value) if name in _SWITCHES else value
            for name, value in named.items()
            if value is not None
        }
        sections = self._sections()
        if self.rename:
            sections = sections or (() if old is None else old.sections)
            names = dict(_pair("--rename", one) for one in self.rename)
            sections = tuple(attrs.evolve(one, names={**one.names, **names}) for one in sections)
        if sections:
            found["sections"] = sections
        return found

    def _sections(self) -> "tuple[Section, ...]":
        from monitor.core.statuspage.values import Section
        from monitor.operations.sections import read_sections

        found: list[Section] = []
        if self.task or self.tag:
            found.append(Section(tasks=tuple(self.task or ()), tags=tuple(self.tag or ())))
        for one in self.section or ():
            _pair("--section", one)
            found += read_sections(one)
        return tuple(found)


NO_LOOKS = Looks()


def _switch(name: str, said: str) -> bool:
    if said not in ("yes", "no"):
        raise BadInput(f"--{name}: {said!r} is neither yes nor no")
    return said == "yes"


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise BadInput(f"{option} {text!r} has no '=' with something behind it")
    return name.strip(), value.strip()


async def add(
    slug: str,
    /,
    *,
    title: str,
    looks: Looks = NO_LOOKS,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Make a page; a running monitor shows it to everybody within seconds.

    Args:
        slug: Its address: /status/SLUG.
        title: What it is called.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.core.statuspage.values import StatusPage
    from monitor.operations.statuspages import adding, fit_page

    page = fit_page(lambda: StatusPage(slug=slug, title=title, **looks.fields()))
    async with open_session(settings) as session:
        change = await session.publishing.change_pages(adding(page))
        shown = sum(len(some) for _, some in page.chosen(await session.fleet()))
    words = Words(settings.lang)
    tell_page(change, everywhere, words("status page {slug} added", slug=slug))
    if not everywhere.json:
        say(words("it shows {count:task|tasks}, at /status/{slug}", count=shown, slug=slug))
    return 0


async def list_(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List all pages."""
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.statuspages import page_form

    async with open_session(settings) as session:
        pages, fleet = await session.publishing.pages(), await session.fleet()
    words = Words(settings.lang)
    if everywhere.json:
        say_json([page_form(one) for one in pages])
    elif pages:
        lines = [
            (
                one.slug,
                one.title,
                str(sum(len(some) for _, some in one.chosen(fleet))),
                words("yes") if one.from_file else "",
            )
            for one in pages
        ]
        say(table([words(one) for one in ("slug", "title", "tasks now", "from a file")], lines))
    else:
        say(words("there are no status pages"))
    return 0


async def show(slug: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Show a page as it is declared, and what was written on it.

    Args:
        slug: Which.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.core.statuspage.values import stories_of
    from monitor.operations.statuspages import find_page, page_form, post_form

    async with open_session(settings) as session:
        page = find_page(await session.publishing.pages(), slug)
        fleet = await session.fleet()
        posts = await session.publishing.posts(slug)
    words = Words(settings.lang)
    if everywhere.json:
        say_json({**page_form(page), "posts": [post_form(one) for one in posts]})
        return 0
    form = page_form(page)
    lines = [(key, words("yes") if value is True else value) for key, value in form.items()]
    say(table(("", ""), [(words(k), v) for k, v in lines if v and isinstance(v, str)]))
    for section, some in page.chosen(fleet):
        say()
        say(table(("", ""), [(section.title or "-", "")]))
        names = [(f"  {section.shown(one.task)}", one.task.name) for one in some]
        say(table(("", ""), names) if names else f"  {words('no task now')}")
    for story in stories_of(posts):
        say()
        say(table(("", "", ""), [(story.id, words(story.state.value), story.title)]))
        told = [(f"  {stamp(one.at)}", words(one.state.value), one.text) for one in story.posts]
        say(table(("", "", ""), told))
    return 0


async def edit(
    slug: str,
    /,
    *,
    title: Said = None,
    looks: Looks = NO_LOOKS,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Change a page; what is not said stays. Sections are replaced all together.

    Args:
        slug: Which.
        title: What it is called.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.statuspages import editing, find_page

    async with open_session(settings) as session:
        old = find_page(await session.publishing.pages(), slug)
        fields = looks.fields(old) | ({} if title is None else {"title": title})
        if not fields:
            raise BadInput("nothing to change; see `monitor status-page edit --help`")
        change = await session.publishing.change_pages(editing(slug, fields))
    tell_page(change, everywhere, Words(settings.lang)("status page {slug} changed", slug=slug))
    return 0


async def remove(slug: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Remove a page, with all that was written on it.

    Args:
        slug: Which.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.statuspages import removing

    async with open_session(settings) as session:
        await session.publishing.change_pages(removing(slug))
    if everywhere.json:
        say_json({"removed": slug})
    else:
        say(Words(settings.lang)("status page {slug} removed", slug=slug))
    return 0


async def post(
    slug: str,
    text: str,
    /,
    *,
    state: Annotated[
        str, Parameter(metavar="investigating|identified|monitoring|resolved")
    ] = "investigating",
    title: str = "",
    story: str = "",
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Write about an incident on a page.

    With a title a new story begins. Without title and story it is about the one that is open.

    Args:
        slug: On which page.
        text: What is known; - reads it from stdin.
        state: How far you are; resolved ends the story (default: investigating).
        title: What a new story is called.
        story: Which story it goes on with: its id, or the beginning of it.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.statuspages import make_post, post_form

    if text == "-":
        text = sys.stdin.read()
    async with open_session(settings) as session:
        made = await make_post(
            session,
            slug,
            at=now(),
            state=state,
            text=text,
            title=title,
            story=story,
            by="command line",
        )
        await session.publishing.write_post(made)
    if everywhere.json:
        say_json(post_form(made))
    else:
        said = Words(settings.lang)
        say(
            said(
                'written on {slug}: "{title}", story {story}',
                slug=slug,
                title=made.title,
                story=made.story,
            )
        )
    return 0


async def forget(slug: str, story: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Remove a story with all its posts.

    Args:
        slug: On which page.
        story: Its id, or the beginning of it.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.statuspages import find_page, find_story

    async with open_session(settings) as session:
        find_page(await session.publishing.pages(), slug)
        own = find_story(await session.publishing.posts(slug), story)
        await session.publishing.drop_story(slug, own)
    if everywhere.json:
        say_json({"removed": own})
    else:
        say(Words(settings.lang)("story {story} removed", story=own))
    return 0


def tell_page(change: "PagesChange", everywhere: Everywhere, said: str) -> None:
    from monitor.operations.statuspages import page_form

    if everywhere.json:
        say_json(page_form(change.pages[0]))
    else:
        say(said)
