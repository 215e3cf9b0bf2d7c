"""The alerts of TLS: by what name a server refuses us, and whether it does."""

import difflib
import re
import ssl

import trio

from monitor.core.probing import InvalidTask
from monitor.probes.explain import causes

PATIENCE_S = 2.0
"""How long after the handshake an alert may come: in TLS 1.3 a server sees our certificate, or
that there is none, when we are done already."""

ALERTS = frozenset(
    {
        # RFC 8446, 6.2, and what came before it.
        *("unexpected_message", "bad_record_mac", "record_overflow", "handshake_failure"),
        *("bad_certificate", "unsupported_certificate", "certificate_revoked"),
        *("certificate_expired", "certificate_unknown", "illegal_parameter", "unknown_ca"),
        *("access_denied", "decode_error", "decrypt_error", "protocol_version"),
        *("insufficient_security", "internal_error", "inappropriate_fallback", "user_canceled"),
        *("missing_extension", "unsupported_extension", "unrecognized_name"),
        *("bad_certificate_status_response", "unknown_psk_identity", "certificate_required"),
        *("no_application_protocol", "no_renegotiation", "decryption_failed"),
        *("decompression_failure", "export_restriction", "certificate_unobtainable"),
    }
)

_ALERT = re.compile(r"\A(?:\[[^]]*\] )?(?:sslv3|tlsv1|tlsv13) (?:alert )?([a-z ]+?)(?: \(|\Z)")
"""How OpenSSL says that an alert came. The words, because Python knows the names of some only."""


def check_alert(option: str, name: str) -> None:
    """Refuse what is no alert.

    Raises:
        InvalidTask: naming the option, with a guess.
    """
    if name and name not in ALERTS:
        close = difflib.get_close_matches(name, ALERTS, n=1)
        guess = f", did you mean {close[0]!r}" if close else ""
        raise InvalidTask(
            f"option {option}",
            f"{name!r} is no alert of TLS{guess}; there are: {', '.join(sorted(ALERTS))}",
        )


def alert_of(error: BaseException) -> str:
    """Return the name of the alert by which the other side broke off, or nothing."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLError) and (found := _ALERT.match(str(cause))):
            name = found[1].replace(" ", "_")
            return name if name in ALERTS else ""
    return ""


async def alert_after_handshake(stream: trio.abc.ReceiveStream) -> str:
    """Wait for an alert that comes when the handshake is done, and return its name.

    Empty if the target says something else, or nothing for PATIENCE_S: then it has let us in.
    """
    with trio.move_on_after(PATIENCE_S):
        try:
            await stream.receive_some(1)
        except trio.BrokenResourceError as error:
            return alert_of(error)
    return ""
