"""What a student's function returned, as plain facts."""

from torch import Tensor

# What PyTorch says if one reads a number of a tensor on "meta", which has none, or draws it there.
NO_NUMBERS = (
    "cannot be called on meta tensors", "META is not supported", "META device type not an",
)  # fmt: skip


def has_no_numbers(error: Exception, probe: dict) -> bool:
    """Whether code went wrong only because the device of a probe holds no numbers.

    It prints a loss or asserts that it is no nan, say: then it did work on that device.
    """
    return probe.get("device") == "meta" and any(text in str(error) for text in NO_NUMBERS)


def describe_value(value, facts: dict) -> None:
    """Note type, shape, dtype, device and whether a gradient can flow through it."""
    facts["returned"] = type(value).__name__[:80]
    if isinstance(value, Tensor):
        facts["shape"] = list(value.shape)
        facts["dtype"] = str(value.dtype)
        facts["device"] = value.device.type
        facts["requires_grad"] = bool(value.requires_grad)
