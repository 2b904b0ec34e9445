"""The autograder zip for Gradescope, and the program that runs in its container."""
