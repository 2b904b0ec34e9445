"""The command line of the autograder, the only package that prints."""
