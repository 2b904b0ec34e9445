"""Frozen dataclasses to JSON and back: the form in which records cross the system boundary.

Facts come from a process that runs a student's code, so `from_json` checks every value against
the type of its field and reports what it expected and what it found.
"""

import dataclasses
import types
from functools import cache
from typing import Any, Self, Union, get_args, get_origin, get_type_hints


class RecordError(ValueError):
    """A JSON value does not have the form of its record; the message names the field."""


class Record:
    """Base of the frozen dataclasses that have a JSON form."""

    def to_json(self) -> dict[str, Any]:
        """Return a dict for `json.dumps`, without the fields that have their default value."""
        return {
            field.name: _plain(value)
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if (value := getattr(self, field.name)) != _default(field)
        }

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the record that a JSON object describes.

        Args:
            value: the object; an absent field gets its default value.
        Raises:
            RecordError: a field is unknown, missing without a default, or of the wrong type.
        """
        if not isinstance(value, dict):
            raise RecordError(f"{cls.__name__}: expected an object; found {_shorten(value)}")
        hints = _fields(cls)  # type: ignore[arg-type]
        if unknown := sorted(set(map(str, value)) - hints.keys()):
            raise RecordError(f"{cls.__name__}: unknown field {unknown[0][:40]!r}")
        fields = {
            name: _parse(hints[name], item, f"{cls.__name__}.{name}")
            for name, item in value.items()
        }
        try:
            return cls(**fields)
        except TypeError as error:
            raise RecordError(f"{cls.__name__}: {error}") from None


@cache
def _fields(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _default(field: "dataclasses.Field[Any]") -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _parse(kind: Any, value: Any, where: str) -> Any:
    """Return `value` as an instance of the type `kind`; sequences become tuples."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _parse_union(arguments, value, where)
    if origin is tuple and isinstance(value, list | tuple):
        if arguments[-1] is Ellipsis:
            return tuple(_parse(arguments[0], item, where) for item in value)
        if len(arguments) == len(value):
            pairs = zip(arguments, value, strict=True)
            return tuple(_parse(each, item, where) for each, item in pairs)
    if origin is dict and isinstance(value, dict):
        return {str(key): _parse(arguments[1], item, where) for key, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, Record):
        return kind.from_json(value)
    if hasattr(kind, "_fields") and isinstance(value, list | tuple):  # a NamedTuple is a JSON array
        hints = list(get_type_hints(kind).values())
        if len(hints) == len(value):
            pairs = zip(hints, value, strict=True)
            return kind(*(_parse(each, item, where) for each, item in pairs))
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise RecordError(f"{where}: expected {_name(kind)}; found {_shorten(value)}")


def _parse_union(options: tuple[Any, ...], value: Any, where: str) -> Any:
    errors = []
    for option in options:
        try:
            return _parse(option, value, where)
        except RecordError as error:
            errors.append(error)
    raise errors[0]


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _shorten(value: object) -> str:
    return f"{type(value).__name__} {str(value)[:40]!r}"
