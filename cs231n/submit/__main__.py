"""Make the zip to hand in, in a terminal: `python -m cs231n.submit`."""

import argparse
import sys

from cs231n.console import show_any_text

from . import SubmitError, submit


def main(arguments: list[str] | None = None) -> int:
    """Make the zip to hand in and print its receipt.

    Returns:
        0 if the zip is ready, 1 if there is something to fix, 2 if there is no zip.
    """
    show_any_text()
    parser = argparse.ArgumentParser(prog="python -m cs231n.submit", description=main.__doc__)
    parser.add_argument(
        "folder", nargs="?", default=".", help="of the notebook; by default, this one"
    )
    parser.add_argument(
        "--to", metavar="FOLDER", help="for the zip; by default, that of the notebook"
    )
    parser.add_argument("--assignment", metavar="NAME", help="if the folder has several")
    options = parser.parse_args(arguments)
    try:
        receipt = submit(options.folder, options.to, options.assignment)
    except SubmitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(receipt)
    return 1 if receipt.to_fix else 0


if __name__ == "__main__":
    sys.exit(main())
