"""Judge what was observed: all cases of one task lead to one verdict.

Judging compares numbers and facts. It needs neither torch nor a student's code.
"""

from .file_findings import FILE_REMARKS, add_file_findings, describe_file, file_remarks
from .messages import import_failure, say
from .verdict import judge_digested, judge_task, verdict_without_run

__all__ = [
    "FILE_REMARKS", "add_file_findings", "describe_file", "file_remarks", "import_failure",
    "judge_digested", "judge_task", "say", "verdict_without_run",
]  # fmt: skip
