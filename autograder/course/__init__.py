"""A course directory: where its files lie, and the pipeline that grades it."""
