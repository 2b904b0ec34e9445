"""nbgrader's gradebook: connect to it, query it, and write marks into it."""
