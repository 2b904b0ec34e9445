"""Import the submissions of a class from a learning platform, and pack its feedback for there."""

from .collect import Collected, CollectError, collect, origins, participant_numbers
from .feedback_archive import Packed, Page, pack_feedback
from .matching import ListedPerson, people_of, read_people, similar_ids

__all__ = [
    "CollectError",
    "Collected",
    "ListedPerson",
    "Packed",
    "Page",
    "collect",
    "origins",
    "pack_feedback",
    "participant_numbers",
    "people_of",
    "read_people",
    "similar_ids",
]
