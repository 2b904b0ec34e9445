"""Feedback pages for students and the report for instructors."""
