"""Hand a letter to a mail server: SMTP from the greeting to the server's word that it has it."""

from collections.abc import Sequence

from monitor.probes.smtp import Smtp, Unaccepted


class Submission(Smtp):
    """A client of SMTP that sends."""

    async def hand_over(
        self, sender: str, recipients: Sequence[str], letter: bytes
    ) -> dict[str, Unaccepted]:
        """Send a letter to all recipients that the server takes; return the others, and why not.

        When it returns, the server is responsible for the letter to all but these. If it takes
        none of them, nothing was sent.

        Raises:
            Unaccepted: it refused the sender or the letter.
            TargetDown: the conversation broke; whether the letter was taken is not known if that
                was after its end.
        """
        await self.wire.say(f"MAIL FROM:<{sender}>")
        await self.accepted(f"the sender {sender}")
        refused: dict[str, Unaccepted] = {}
        for recipient in recipients:
            await self.wire.say(f"RCPT TO:<{recipient}>")
            try:
                await self.accepted(f"the recipient {recipient}")
            except Unaccepted as error:
                if error.code == 421:  # and goes away (RFC 5321, 3.8)
                    raise
                refused[recipient] = error
        if len(refused) < len(recipients):
            await self.wire.say("DATA")
            await self.accepted("DATA", 3)
            await self.wire.send(stuffed(letter))
            await self.accepted("the letter")
        return refused


def stuffed(letter: bytes) -> bytes:
    """Return a letter as DATA wants it: dots that begin a line doubled, and one at the end.

    A line end without its other half, which some servers take for the end of a letter, is made
    whole.
    """
    lines = letter.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join((b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines) + (
        b".\r\n"
    )
