"""Load a student's file: read and run whatever can be read and run of it."""
