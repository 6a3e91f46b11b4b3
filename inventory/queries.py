"""Conditions of a query with their numbered arguments, gathered as the filters come."""


class Conditions:
    """The ``WHERE`` of one query: each template's ``{}`` become $n, the values stay arguments."""

    def __init__(self, *args: object) -> None:
        self.args: list[object] = list(args)
        self.parts: list[str] = []

    def argument(self, value: object) -> str:
        """Keep a value; gives its placeholder."""
        self.args.append(value)
        return f"${len(self.args)}"

    def add(self, template: str, *values: object) -> None:
        """One more condition that must hold."""
        self.parts.append(template.format(*(self.argument(value) for value in values)))

    def sql(self) -> str:
        """All conditions joined, or ``true``."""
        return " AND ".join(self.parts) or "true"
