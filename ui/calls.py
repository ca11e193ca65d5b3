"""What the page sends with a call, read field by field: whoever calls may send anything."""

from __future__ import annotations

from typing import Any, NoReturn

from index.types import KhamtopError


class Call:
    """The JSON object of one call."""

    def __init__(self, sent: Any) -> None:
        """Raises `KhamtopError` (`call.invalid`), as every method does, for what is not of the kind asked for."""
        if not isinstance(sent, dict):
            _refuse("{}")
        self.fields: dict[str, Any] = sent

    def text(self, name: str, default: str | None = None) -> str:
        """A string; without a `default` it must be there."""
        value = self.fields.get(name, default)
        return value if isinstance(value, str) else _refuse(name)

    def optional_text(self, name: str) -> str | None:
        """A string, or None if there is none."""
        return None if self.fields.get(name) is None else self.text(name)

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.fields.get(name, default)
        return value if isinstance(value, int) and not isinstance(value, bool) else _refuse(name)

    def yes(self, name: str) -> bool:
        """True or false."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else _refuse(name)

    def texts(self, name: str) -> list[str]:
        """Strings; none if the field is not there."""
        values = self.fields.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            _refuse(name)
        return values

    def rows(self, name: str, **kinds: type) -> list[dict[str, Any]]:
        """Objects of fields of these kinds, and no others; none if the field is not there."""
        values = self.fields.get(name, [])
        if not isinstance(values, list):
            _refuse(name)
        return [self._row(name, value, kinds) for value in values]

    @staticmethod
    def _row(name: str, value: Any, kinds: dict[str, type]) -> dict[str, Any]:
        if not isinstance(value, dict):
            _refuse(name)
        if any(type(value.get(field)) is not kind for field, kind in kinds.items()):
            _refuse(name)
        return {field: value[field] for field in kinds}


def _refuse(name: str) -> NoReturn:
    raise KhamtopError("call.invalid", field=name)
