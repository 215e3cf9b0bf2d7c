"""Post messages as JSON to a web server of your own: `webhook+https://example.com/alerts`.

The body is a message as below, with `Content-Type: application/json`; its JSON Schema is in
[webhook.schema.json](webhook.schema.json). Names and meanings stay while `version` stays. Each
message has the header `Idempotency-Key`, which is the same at each attempt: messages come at least
once, and a receiver that has seen the key may throw the message away.

With `secret` messages are signed as [Standard Webhooks](https://www.standardwebhooks.com) are, so
that its libraries verify them in many languages: `webhook-id` is the message's key,
`webhook-timestamp` the time of this attempt in Unix seconds, and `webhook-signature` is `v1,` and
the Base64 of the HMAC-SHA256 of `id.timestamp.body`. A secret that begins with `whsec_` is Base64
behind that; any other is taken as it is. By hand in Python:

    import base64, hashlib, hmac, time

    def verify(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
        sent = headers["webhook-timestamp"]
        if abs(time.time() - int(sent)) > 300:
            return False  # an old message, sent again by somebody else
        signed = b".".join([headers["webhook-id"].encode(), sent.encode(), body])
        wanted = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
        given = [one.partition(",")[2] for one in headers["webhook-signature"].split()]
        return any(hmac.compare_digest(wanted, one) for one in given)

With `body_template` the body is what the template makes of the same names; write texts into JSON
with `{{ title|tojson }}`. If it fails for a message, our own body is sent, so that nothing is lost.

A user and password in the address become basic authentication.
"""

import base64
import binascii
import contextlib
import hmac
import time
from typing import Annotated

import attrs
import msgspec
from msgspec import Meta

from monitor.channels.credentials import authorized
from monitor.channels.family import Family
from monitor.channels.options import NetworkOptions
from monitor.channels.payload import json_of
from monitor.channels.post import Receiver, check_headers, read_base
from monitor.channels.redaction import LONG_ENOUGH, Redaction, secrets_of
from monitor.channels.samples import samples
from monitor.channels.templates import Template, TemplateFailed
from monitor.core.alerts.notices import InvalidChannel, Message, Send

_JSON = "application/json"
_PREFIX = "whsec_"


@attrs.frozen(kw_only=True)
class WebhookOptions(NetworkOptions):
    """How to post."""

    method: Annotated[str, Meta(pattern="^(POST|PUT|PATCH)$", description="POST, PUT or PATCH")] = (
        "POST"
    )
    headers: Annotated[dict[str, str], Meta(description="headers to send")] = attrs.field(
        factory=dict, repr=False
    )
    token: Annotated[str, Meta(description="sent as `Authorization: Bearer ...`")] = attrs.field(
        default="", repr=False
    )
    secret: Annotated[str, Meta(description="signs each message")] = attrs.field(
        default="", repr=False
    )
    body_template: Annotated[
        str, Meta(description="a template of the whole body, instead of our own JSON")
    ] = ""
    content_type: Annotated[str, Meta(description="what such a body is")] = _JSON


def prepare(url: str, options: WebhookOptions) -> Send:
    """Make a sender.

    Raises:
        InvalidChannel, InvalidTask: naming what is wrong.
    """
    address = url.strip().partition("+")[2]
    base = read_base("url", address)
    check_headers(options.headers)
    check_headers({"Content-Type": options.content_type})
    headers = dict(options.headers)
    hidden = [*secrets_of(address), options.secret, options.token]
    hidden += [value for value in options.headers.values() if len(value) >= LONG_ENOUGH]
    own = authorized(base, token=options.token)
    if own and "authorization" in map(str.lower, headers):
        raise InvalidChannel(
            "option headers.Authorization", "contradicts the token or the user; keep one"
        )
    headers |= own
    key = signing_key(options.secret)
    receiver = Receiver(
        base=base,
        tls=options.tls,
        headers=headers,
        redaction=Redaction(hidden),
        method=options.method,
    )
    template = _body_template(options)

    async def send(message: Message) -> None:
        body, content_type = json_of(message), _JSON
        if template is not None:
            with contextlib.suppress(TemplateFailed):  # our own body says all of it
                body, content_type = template.render(message).encode(), options.content_type
        signature = {} if key is None else signed(key, message.key, int(time.time()), body)
        own = {"Content-Type": content_type, "Idempotency-Key": message.key}
        await receiver.post(body, {**own, **signature})

    return send


def signed(key: bytes, message_key: str, at_s: int, body: bytes) -> dict[str, str]:
    """Return the headers that prove who sent a message, and when."""
    content = b".".join([message_key.encode(), str(at_s).encode(), body])
    signature = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return {
        "webhook-id": message_key,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{signature}",
    }


def signing_key(secret: str) -> bytes | None:
    if not secret:
        return None
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise InvalidChannel(
            "option secret", f"has no Base64 behind {_PREFIX}; copy all of it, or leave that out"
        ) from None


def _body_template(options: WebhookOptions) -> Template | None:
    if not options.body_template:
        return None
    template = Template.read("body_template", options.body_template)
    if options.content_type == _JSON:
        for sample in samples():
            try:
                msgspec.json.decode(template.render(sample))
            except msgspec.DecodeError as error:
                raise InvalidChannel(
                    "option body_template",
                    f"makes no JSON ({error}); write texts with |tojson, or say content_type",
                ) from None
    return template


FAMILY = Family(
    name="webhook",
    schemes=("webhook+https", "webhook+http"),
    summary="Post messages as JSON to a web server of your own.",
    example="webhook+https://example.com/alerts",
    options=WebhookOptions,
    prepare=prepare,
)
