"""Make `nbgrader zip_collect` import downloads as `collect` does.

nbgrader's own collector copies notebooks only, so every student's module would be left behind.
"""

import sys
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin

from autograder.collect import collect, people_of, read_people
from autograder.config import known_assignment, load_assignments
from autograder.errors import AutograderError
from autograder.export.roster import read_class_list
from autograder.gradebook.connection import absolute_url
from autograder.gradebook.people import update_people


class CollectingExtractor(ExtractorPlugin):
    """Import the downloads in the archive folder; a CSV file beside them is the class list.

    Other assignments than the autograder's are extracted as nbgrader does.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Import all downloads of an assignment of the autograder, and end the application."""
        coursedir = self.parent.coursedir
        assignment = known_assignment(coursedir.assignment_id)
        if assignment is None:
            return super().extract(archive_path, extracted_path)
        root = Path(coursedir.root).resolve()
        address = absolute_url(coursedir.db_url, root)
        paths = sorted(p for p in Path(archive_path).iterdir() if not p.name.startswith("."))
        lists = [path for path in paths if path.suffix.lower() == ".csv"]
        others = [each for each in load_assignments() if each.name != assignment.name]
        try:
            listed = [p for path in lists for p in people_of(read_class_list(path, ()))]
            sources = [path for path in paths if path not in lists]
            done = collect(root, assignment, others, sources, listed, read_people(address))
            update_people(address, done.people)
        except AutograderError as error:
            self.parent.fail(str(error))
        for line in done.notes:
            self.log.warning(line)
        for line in done.problems:
            self.log.error(line)
        states = [row.state for row in done.rows]
        counts = ", ".join(f"{states.count(s)} {s}" for s in dict.fromkeys(states)) or "none"
        self.log.info(f"imported {len(states)} submissions of {assignment.name}: {counts}")
        sys.exit(1 if done.problems else 0)
