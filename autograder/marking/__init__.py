"""Help the person who marks the inline questions: suggestions and groups of alike answers."""

__all__ = ["guide", "orbit", "similar_answers"]  # the modules for other packages
