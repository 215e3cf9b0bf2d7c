"""What may be set for channels of every family, and for several of them."""

from typing import Annotated

import attrs
from msgspec import Meta

from monitor.probes.secure import TlsOptions


@attrs.frozen(kw_only=True)
class ChannelOptions:
    """How messages are worded."""

    lang: Annotated[
        str,
        Meta(
            pattern="^(en|ru)?$",
            description="the language of its messages, en or ru; the monitor's if nothing is said",
        ),
    ] = ""
    title_template: Annotated[
        str, Meta(description="a template of the title, instead of our own wording")
    ] = ""
    text_template: Annotated[
        str, Meta(description="a template of the text, instead of our own wording")
    ] = ""


@attrs.frozen(kw_only=True)
class NetworkOptions(ChannelOptions):
    """How the receiver proves who it is. That it must, is no option: messages tell much."""

    ca_file: Annotated[
        str, Meta(description="a PEM file of the authorities to trust, instead of this machine's")
    ] = ""
    client_certificate: Annotated[
        str, Meta(description="a PEM file with the certificate to show, and perhaps its key")
    ] = ""
    client_key: Annotated[str, Meta(description="a PEM file with its key")] = ""

    @property
    def tls(self) -> TlsOptions:
        """How to make a TLS connection."""
        return TlsOptions(
            ca_file=self.ca_file,
            client_certificate=self.client_certificate,
            client_key=self.client_key,
        )


@attrs.frozen(kw_only=True)
class ServiceOptions(NetworkOptions):
    """For services whose address we know."""

    base_url: Annotated[
        str, Meta(description="where the service is, if not where it usually is: a proxy, a copy")
    ] = ""


SOURCE = Annotated[
    str,
    Meta(max_length=100, description="what tells several monitors apart that share one receiver"),
]


@attrs.frozen(kw_only=True)
class EventOptions(ServiceOptions):
    """For services that keep one event for an incident, from its beginning to its end."""

    source: SOURCE = ""


def event_key(source: str, thread: str) -> str:
    """Name an incident's event: the same when it begins, lasts and ends."""
    return f"{source}/{thread}" if source else thread
