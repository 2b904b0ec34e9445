"""The instructor's room: release, grade, report. Nothing in it ever ships to students."""
