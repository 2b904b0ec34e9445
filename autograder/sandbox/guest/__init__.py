"""Everything of ours that a sandbox contains. It imports nothing of the autograder outside."""
