"""Refuse the nbgrader_config.py of a course that an earlier version released, in one line."""

raise SystemExit(
    "error: nbgrader_config.py: made by an earlier version of the autograder; run "
    "`python -m autograder release COURSE` again, with the folder of this file as COURSE: "
    "submissions and marks stay"
)
