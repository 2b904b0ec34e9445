"""The release: what students get, and what stays with the instructor."""


def test_release_lays_a_course(released):
    """A released course has what nbgrader needs."""
    assert (released / "gradebook.db").exists()
