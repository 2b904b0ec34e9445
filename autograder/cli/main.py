"""Run a command line: parse it, run its command for each assignment, print each error as a line."""

from collections.abc import Sequence

from autograder.errors import AutograderError, UsageError
from cs231n.console import show_any_text

from .commands import COMMANDS
from .console import print_message
from .parser import parse, selected_assignments


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: the command line; None for that of the process.
    Returns:
        0 on success, 1 if a line on stderr reports a problem, 2 for an unusable command line, 130
        after Ctrl-C.
    """
    show_any_text()
    try:
        options = parse(arguments)
        command = COMMANDS[options.command]
        return max(command(assignment, options) for assignment in selected_assignments(options))
    except UsageError as error:
        print_message("error", str(error))
        return 2
    except KeyboardInterrupt:
        print_message("error", "interrupted; finished verdicts are stored; run again to continue")
        return 130
    except (AutograderError, OSError) as error:
        for line in str(error).splitlines():
            print_message("error", line)
        return 1
