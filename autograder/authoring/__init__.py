"""Make an assignment: its cases, reference data, known mistakes, and the matrix that tests them."""
