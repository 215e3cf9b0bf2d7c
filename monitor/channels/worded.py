"""The wording that a channel's operator chose, put on each message just before it is sent."""

import attrs

from monitor.channels.options import ChannelOptions
from monitor.channels.phrases import TEMPLATE_FAILED
from monitor.channels.templates import Template, TemplateFailed
from monitor.channels.wording import TITLE_LIMIT, compose
from monitor.core.alerts.notices import Message, Send
from monitor.probes.explain import printable
from monitor.texts import LANGUAGES


def worded(send: Send, options: ChannelOptions) -> Send:
    """Return a sender that puts messages into the channel's own words first.

    A template that fails for a message does not hold it up: it goes out in our own words and says
    what failed.

    Raises:
        InvalidChannel: a template is wrong.
    """
    named = {
        name: Template.read(name, source)
        for name, source in (
            ("title_template", options.title_template),
            ("text_template", options.text_template),
        )
        if source
    }
    if not (named or options.lang):
        return send

    async def send_worded(message: Message) -> None:
        if options.lang:
            own = compose(message.notices, options.lang, late=message.late)
            message = attrs.evolve(message, title=own.title, text=own.text, lang=own.lang)
        await send(_rendered(message, named))

    return send_worded


def _rendered(message: Message, named: dict[str, Template]) -> Message:
    title, text, failures = message.title, message.text, []
    for name, template in named.items():
        try:
            written = template.render(message)
        except TemplateFailed as error:
            failed = TEMPLATE_FAILED[LANGUAGES.index(message.lang)]
            failures.append(failed.format(name=name, error=error))
            continue
        if name == "title_template":
            title = printable(written, TITLE_LIMIT) or title
        else:
            text = written.strip() or text
    return attrs.evolve(message, title=title, text="\n".join([text, *failures]))
