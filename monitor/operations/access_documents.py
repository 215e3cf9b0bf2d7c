"""What is shown of users, tokens and the audit log; see `documents`."""

from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.core.access.changing import People
from monitor.core.access.people import Deed, Token, User
from monitor.core.access.roles import Role
from monitor.operations.documents import Moment, plain
from monitor.operations.forms import Form

RoleWord = Annotated[str, Meta(extra_json_schema={"enum": [role.word for role in Role]})]


@attrs.frozen(kw_only=True)
class UserDocument:
    """Somebody who may log in."""

    id: int
    name: str
    role: RoleWord
    disabled: Annotated[bool, Meta(description="not let in for now, nor tokens of theirs")]
    has_password: bool
    second_factor: bool
    recovery_codes: Annotated[int, Meta(description="how many are left")]
    provider: Annotated[str, Meta(description="of which identity provider; empty: of none")]
    created_at: Moment
    seen_at: Annotated[Moment | None, Meta(description="the last login")]


@attrs.frozen(kw_only=True)
class TokenDocument:
    """A key for programs, without what makes it one."""

    id: int
    name: str
    role: RoleWord
    owner: Annotated[str | None, Meta(description="the user it ends with")]
    read_only: bool
    paths: Annotated[list[str], Meta(description="what it may ask for; none: everything")]
    by: str
    created_at: Moment
    expires_at: Moment | None
    used_at: Annotated[Moment | None, Meta(description="to within five minutes")]


@attrs.frozen(kw_only=True)
class MadeTokenDocument(TokenDocument):
    """A key for programs, and the key itself."""

    token: Annotated[
        str | None, Meta(description="shown this once; null if the request was sent again")
    ]


@attrs.frozen(kw_only=True)
class DeedDocument:
    """Something that somebody changed."""

    id: str
    at: Moment
    actor: str
    via: Annotated[
        str, Meta(description="how we know: session, token NAME, proxy, command line ...")
    ]
    action: str
    about: str
    before: Annotated[dict[str, Any], Meta(description="what was different before")]
    after: dict[str, Any]
    address: str


def user_form(user: User) -> Form:
    """A user, without anything secret."""
    form: Form = plain(
        UserDocument(
            id=user.id,
            name=user.name,
            role=user.role.word,
            disabled=user.disabled,
            has_password=user.password is not None,
            second_factor=user.totp is not None,
            recovery_codes=len(user.recovery),
            provider=user.subject.partition(" ")[0],
            created_at=user.created_at,
            seen_at=user.seen_at,
        )
    )
    return form


def token_form(token: Token, people: People) -> Form:
    """A token, without what makes it one."""
    form: Form = plain(
        TokenDocument(
            id=token.id,
            name=token.name,
            role=token.role.word,
            owner=next((one.name for one in people.users if one.id == token.owner), None),
            read_only=token.read_only,
            paths=list(token.paths),
            by=token.by,
            created_at=token.created_at,
            expires_at=token.expires_at,
            used_at=token.used_at,
        )
    )
    return form


def deed_form(deed: Deed) -> Form:
    """Something that was done."""
    fields = attrs.asdict(deed, recurse=False)
    form: Form = plain(
        DeedDocument(**{**fields, "before": dict(deed.before), "after": dict(deed.after)})
    )
    return form
