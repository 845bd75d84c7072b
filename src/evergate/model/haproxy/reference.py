"""Names that point elsewhere in the configuration; whether they point at something is asked in `links`."""

from __future__ import annotations

from dataclasses import dataclass

from evergate import values
from evergate.errors import InvalidData, quoted, refused


@dataclass(frozen=True, slots=True)
class Reference:
    """A parser of names of one kind of things, such as `backends`."""

    to: str

    def __call__(self, value: object, path: str) -> str:
        """Return the name; raises `InvalidData` when it can't be one."""
        try:
            return values.name(value, path)
        except InvalidData as error:
            hint = f"write the name of one of {self.where}"
            raise refused(path, f"{quoted(value)} is not a name", value, hint) from error

    @property
    def where(self) -> str:
        """Return where such things are declared."""
        return _ELSEWHERE.get(self.to, f"haproxy_{self.to}")


_ELSEWHERE = {
    "vips": "keepalived_instances",
    "groups": "the inventory's groups",
    "members": "the pair's members",
    "instances": "keepalived_instances",
    "scripts": "keepalived_scripts",
    "processes": "keepalived_processes",
    "bfd": "keepalived_bfd",
    "tables": "the sections with a stick_table",
}


def reference(to: str) -> Reference:
    """Return a parser of the names of what `haproxy_<to>` holds."""
    return Reference(to)
