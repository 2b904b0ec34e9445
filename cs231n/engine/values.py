"""What a student's function returned, as plain facts."""

from torch import Tensor


def describe_value(value, facts: dict) -> None:
    """Note type, shape, dtype, device and whether a gradient can flow through it."""
    facts["returned"] = type(value).__name__[:80]
    if isinstance(value, Tensor):
        facts["shape"] = list(value.shape)
        facts["dtype"] = str(value.dtype)
        facts["device"] = value.device.type
        facts["requires_grad"] = bool(value.requires_grad)
