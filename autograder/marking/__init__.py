"""Help the person who marks the inline questions: suggestions and groups of alike answers."""
