"""Forge the report on the file: too many problems, markup, names of all tasks, wrong types.

Must: change no mark, and be shown as plain text at most
"""

from cs231n.engine.loading import load_source as _loading
from cs231n.engine.schema import Binding, FileReport, Problem

_problem = Problem("syntax", 10**9, "<script>alert(1)</script>\x1b[2J", -5, "A" * 1000 + "\x00", ("generator",) * 50)
_loading.report_on = lambda *args: FileReport((_problem,) * 20, (Binding("generator", -1, "def"),) * 50)
