"""nbgrader's commands and converters, replaced by the pipeline of this project."""
