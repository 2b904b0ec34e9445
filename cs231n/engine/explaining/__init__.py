"""Explain a wrong solution from what it computed: networks, losses, optimizers and noise.

An explanation never changes a mark. It states only what the numbers support.
"""
