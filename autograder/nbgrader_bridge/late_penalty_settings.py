"""Choose how a course penalises late submissions: lines at the end of its nbgrader_config.py.

The configuration stays the only place that decides, so nbgrader's own commands and formgrader
apply the same penalty.
"""

import re
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Float

from autograder.errors import UsageError
from autograder.fsutil import atomic_write

BEGIN = "# Late penalty, written by `python -m autograder due`; lines above it do not count."
BLOCK = re.compile(rf"\n*{re.escape(BEGIN)}\n(?:c\..*\n)*")
DAY_S = 24 * 3600


class PercentPerDay(LateSubmissionPlugin):
    """A penalty of some percent of a student's points for each started day."""

    percent = Float(10.0, min=0, max=100, help="percent of the points per started day").tag(
        config=True
    )

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Return the points to take off."""
        days = -int(-total_seconds_late // DAY_S)
        return round(min(1.0, days * self.percent / 100) * score, 2)


def parse_penalty(text: str) -> list[str]:
    """Return the lines of the configuration for "none", "zero" or "10% per day".

    Raises:
        UsageError: the text is none of these.
    """
    plain = " ".join(text.casefold().split())
    if plain in ("none", "zero"):
        return [
            'c.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"',
            f'c.LateSubmissionPlugin.penalty_method = "{plain}"',
        ]
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?%?(?: ?(?:per|/|a) ?day)?", plain)
    if found is None or float(found[1]) > 100:
        raise UsageError(
            f"--penalty: expected none, zero, or a percentage such as '10%% per day'; found "
            f"{text!r}".replace("%%", "%")
        )
    return [
        f'c.AssignLatePenalties.plugin_class = "{__name__}.{PercentPerDay.__name__}"',
        f"c.{PercentPerDay.__name__}.percent = {float(found[1]):g}",
    ]


def set_penalty(config: Path, lines: list[str]) -> None:
    """Write the lines at the end of a course's configuration, in place of earlier ones.

    Args:
        config: nbgrader_config.py of the course.
        lines: from `parse_penalty`.
    Raises:
        OSError: the file cannot be written.
    """
    text = BLOCK.sub("\n", config.read_text("utf-8")).rstrip("\n")
    atomic_write(config, "\n".join([text, "", BEGIN, *lines, ""]))


def describe_penalty(late: AssignLatePenalties) -> str:
    """Return in words what a late submission costs.

    Args:
        late: configured by the course, with its plugin.
    """
    plugin = late.plugin_inst
    if not late.enabled:
        return "none"
    if isinstance(plugin, PercentPerDay):
        return f"{plugin.percent:g}% of the points per started day"
    if type(plugin) is LateSubmissionPlugin:
        zero = plugin.penalty_method == "zero"
        return "zero (a late submission gets 0 points)" if zero else "none"
    return f"the plugin {type(plugin).__name__} of nbgrader_config.py"
