"""Break real servers and processes under the real monitor, and judge it from outside.

    python scripts/chaos.py [--only NAME]... [--seed N] [--quick | --full]
                            [--patience FACTOR] [--keep DIR]

The judges read the databases by plain SQL and the log of the web server that is looked at; they
share no code with the product. After each case its evidence is falsified in every way they must
see. Exit code 1, and a sentence for each violation, if anything is wrong. See docs/chaos.md.
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

import trio

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.chaos.calamities import CALAMITIES  # noqa: E402 (found only now)
from tests.chaos.patient import open_cold, open_zygote  # noqa: E402
from tests.chaos.verdict import table  # noqa: E402
from tests.chaos.ward import Missing, Ward  # noqa: E402
from tests.postgres import ThrowawayPostgres  # noqa: E402


async def chaos(options: argparse.Namespace, server: ThrowawayPostgres, folder: Path) -> list[str]:
    """Run the calamities; print the tables, and return the violations as sentences."""
    start_s = time.monotonic()
    lines, wrong, missing = list[str](), list[str](), list[str]()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - start_s:5.0f} s] {text}", flush=True)

    async with open_cold() as cold, open_zygote() as zygote:
        for name in options.only or CALAMITIES:
            # Each has dice of its own, so that one alone does what it does among the others.
            dice = random.Random(f"{options.seed} {name}")
            ward = Ward(
                server=server,
                cold=cold,
                zygote=zygote,
                dice=dice,
                folder=folder,
                say=lambda text, name=name: say(f"{name}: {text}"),
                patience=options.patience,
                quick=options.quick,
                full=options.full,
            )
            ward.say("begins")
            try:
                for case in await CALAMITIES[name](ward):
                    rows, sentences = await trio.to_thread.run_sync(table, case, dice)
                    lines += rows
                    wrong += sentences
                    word = f"{len(sentences)} VIOLATIONS" if sentences else "well"
                    ward.say(f"{case.where}: {word}")
                    for sentence in sentences:
                        ward.say(f"WRONG: {sentence}")
            except Missing as error:
                missing.append(f"{name} DID NOT RUN: {error}")
                ward.say(f"DOES NOT RUN: {error}")
            except Exception as error:  # noqa: BLE001 (told, and the others have their turn)
                traceback.print_exception(error)
                wrong.append(f"{name} broke down: {error!r}")
    print("\n".join(["", *lines, ""]))
    for line in missing:
        print(line)
    say(f"seed {options.seed}, {'WRONG' if wrong else 'all is well'}")
    return wrong


def main() -> int:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--only", action="append", choices=list(CALAMITIES), metavar="NAME")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quick", action="store_true", help="a few of each, about two minutes")
    parser.add_argument("--full", action="store_true", help="kill -9 a thousand times")
    parser.add_argument("--patience", type=float, default=1.0, help="2 on a busy machine")
    parser.add_argument("--keep", type=Path, help="work in this new directory, and leave it")
    options = parser.parse_args()
    options.seed = random.randrange(1_000_000) if options.seed is None else options.seed
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as temporary, ThrowawayPostgres() as server:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        wrong = trio.run(chaos, options, server, folder.resolve())
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
