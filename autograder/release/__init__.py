"""Build a course directory and the student's zip."""
