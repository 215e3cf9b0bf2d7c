"""The pages of channels in the documentation, made of the declarations that check them."""

import textwrap

from monitor.channels.family import Family
from monitor.channels.payload import NoticePayload, Payload
from monitor.channels.templates import FILTERS, OUR_FILTERS
from monitor.probes.described import declared_options
from monitor.probes.page import about, options_section, row

_INDEX = """# Where alerts go

A channel is an address, whose scheme says how it is reached, and options. Secrets need not stand in
it: `${NAME}` is a variable of the environment, `${file:PATH}` the content of a file.

```toml
[[channel]]
name = "ops"
url = "mailtos://monitor:${MAIL_PASSWORD}@smtp.example.com?to=ops@example.com&from=monitor@example.com"
options = { lang = "ru" }
```
"""

_TEMPLATES = """## Own words

`title_template` and `text_template` are [Jinja2](https://jinja.palletsprojects.com) templates of
names (below), `if`, `for` and filters: {filters}; `duration` says seconds in words. They
are tried on samples of everything that can be told when a channel is written down. Should one fail
for a message nevertheless, the message goes out in our own words and says so.

```jinja
{{% for one in notices %}}{{{{ one.kind|upper }}}}: {{{{ one.subject }}}} {{{{ one.detail }}}}
{{% endfor %}}
```

Names of a message, and of each of its `notices`; moments are ISO 8601 in UTC. They are also those
of the JSON of a [webhook](webhook.md).
"""


def page_of(family: Family) -> str:
    """Return the page of a family, in Markdown."""
    schemes = ", ".join(f"`{scheme}:`" for scheme in family.schemes)
    parts = [
        f"# {family.name}",
        f"{family.summary} Addresses begin with {schemes}.",
        f'```toml\n[[channel]]\nname = "ops"\nurl = "{family.example}"\n```',
        about(family.prepare),
        options_section(declared_options(family.options)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index_of(families: list[Family]) -> str:
    """Return the page that leads to all families, in Markdown."""
    rows = [
        row(f"[{one.name}]({one.name}.md)", f"`{one.example}`", one.summary) for one in families
    ]
    table = "\n".join([row("family", "for example", ""), "|---|---|---|", *rows])
    filters = ", ".join(f"`{name}`" for name in sorted({*FILTERS, *OUR_FILTERS}))
    first, *rest = _TEMPLATES.format(filters=filters).split("\n\n", 2)
    words = "\n\n".join([first, textwrap.fill(rest[0], 100), *rest[1:]])
    tables = [_names("message", Payload), _names("notice", NoticePayload)]
    return "\n".join([_INDEX, f"{table}\n", words, "\n\n".join(tables)]) + "\n"


def _names(of_what: str, declared: type) -> str:
    rows = [row(f"`{one.name}`", one.kind, one.says) for one in declared_options(declared)]
    return "\n".join([row(f"of a {of_what}", "is", ""), "|---|---|---|", *rows])
