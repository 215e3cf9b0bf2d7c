"""/api/v1/status-pages/<slug>/posts: what is written on status pages about incidents."""

from collections.abc import Callable, Iterator

import attrs

from monitor.core.statuspage.making import TEXT_LIMIT
from monitor.core.statuspage.values import PostState
from monitor.operations.statuspages import find_page, find_story, make_post, post_form
from monitor.web.api.bodies import line, note
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Body, Key, Operation, Reply
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

_POST = Body(
    name="NewPost",
    keys={
        "state": Key(line, "how far you are", {"enum": list(PostState)}),
        "text": Key(line, "what is known", {"type": "string", "maxLength": TEXT_LIMIT}),
        "title": Key(note, "of a new story", {"type": "string"}),
        "story": Key(note, "the story it goes on with", {"type": "string"}),
    },
    required=("state", "text"),
    example={"title": "Checkout fails", "state": "investigating", "text": "We are looking."},
)


@attrs.frozen(kw_only=True)
class PostDesk:
    """Serves posts to those who write them."""

    changed: Callable[[], object]
    """Called when something has changed that the public sees."""

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listPosts",
            method="GET",
            path="/status-pages/{slug}/posts",
            needs=Role.VIEWER,
            says="List what was written on a status page, the newest first.",
            carry_out=self.list,
            query=PAGING,
            answer=page_of("Post"),
        )
        yield Operation(
            id="writePost",
            method="POST",
            path="/status-pages/{slug}/posts",
            needs=Role.EDITOR,
            says="Write about an incident on a status page.",
            more="With a `title` a new story begins; without `title` and `story` it is about the "
            "one that is open. `resolved` ends a story.",
            carry_out=self.write,
            body=_POST,
            answer=ref("Post"),
            status=201,
        )
        yield Operation(
            id="removeStory",
            method="DELETE",
            path="/status-pages/{slug}/posts/{story}",
            needs=Role.EDITOR,
            says="Remove a story with all its posts.",
            carry_out=self.forget,
            status=204,
        )

    async def list(self, call: Call) -> Reply:
        slug, place = call.text("slug"), decoded(call.query["cursor"], str)
        async with call.session() as session:
            find_page(await session.publishing.pages(), slug)
            known = await session.publishing.posts(slug)
        found = [one for one in known if place is None or one.id < place[0]]
        return page_reply(found, call.query["limit"], post_form, lambda one: [one.id])

    async def write(self, call: Call) -> Reply:
        slug, body = call.text("slug"), call.body
        async with call.session() as session:
            post = await make_post(
                session,
                slug,
                at=call.now,
                state=body["state"],
                text=body["text"],
                title=body.get("title", ""),
                story=body.get("story", ""),
                by=call.who.name,
            )
            await session.publishing.write_post(post)
        self.changed()
        return Reply(document=post_form(post), status=201)

    async def forget(self, call: Call) -> Reply:
        slug = call.text("slug")
        async with call.session() as session:
            find_page(await session.publishing.pages(), slug)
            known = await session.publishing.posts(slug)
            story = find_story(known, call.text("story"))
            await session.publishing.drop_story(slug, story)
        self.changed()
        return Reply(status=204)
