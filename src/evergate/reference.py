"""The reference: argument specs from the models' declarations, tables for people from the argument specs.

`python -m evergate.reference` writes, in the project's directory, the options of
the roles' `meta/argument_specs.yml` from the models, and from every role's specs the table in
its README and its page in `docs/reference/`. A test holds the files equal to what would be written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from evergate.model.app_server import App
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.model import Key, Model, keys
from evergate.reading import Each, OneOrMany
from evergate.values import Choice

Spec = dict[str, Any]

MODELS: dict[str, type[Model]] = {"haproxy": HaproxyConfig, "keepalived": KeepalivedConfig, "app_server": App}
ROLES = ("haproxy", "keepalived", "app_server", "drill")
_NOT_VARIABLES = ("node",)  # the role's tasks know it
_BEGIN, _END = "<!-- variables: written by make reference -->", "<!-- end of variables -->"
_LONGEST_DEFAULT = 60  # a longer one is told in words by the description
_SCALARS = {int: "int", bool: "bool", float: "float"}


def options(model: type[Model], prefix: str = "") -> dict[str, Spec]:
    """Return what Ansible's argument specs say about the keys of a model, by their names."""
    hints = get_type_hints(model)
    return {
        prefix + key.name: _option(
            key, hints[key.field], top=bool(prefix), inside=key.field not in model.handed
        )
        for key in keys(model).values()
        if not (prefix and key.name in _NOT_VARIABLES)
    }


def _option(key: Key, hint: Any, top: bool, inside: bool) -> Spec:
    """Return one option; what the play hands in has more keys than are used, and none are listed."""
    option: Spec = _shape(hint, key.parse)
    if not inside:
        option.pop("options", None)
    if key.secret:
        option["no_log"] = True
    if key.required:
        option["required"] = True
    elif top:
        option["default"] = _plain(key.default, option["type"])
    described = key.doc if top else key.doc + _default_words(key)
    return option | {"description": described}


def _shape(hint: Any, parse: object) -> Spec:
    """Return type, elements and options for a field of this annotation, read by this parser."""
    inner = [each for each in get_args(hint) if each is not NoneType]
    if isinstance(hint, UnionType):
        return _shape(inner[0] if len(inner) == 1 else str, parse)
    if isinstance(parse, OneOrMany):
        return {"type": "raw"}
    if get_origin(hint) is tuple and inner[-1] is Ellipsis:
        return _sequence(inner[0], parse)
    if isinstance(hint, type) and issubclass(hint, Model):
        return {"type": "dict", "options": _shared(hint)}
    if get_origin(hint) in (dict, Mapping) or hint in (dict, Mapping):
        return {"type": "dict"}
    shape: Spec = {"type": _SCALARS.get(hint, "str")}
    if isinstance(parse, Choice):
        shape["choices"] = list(parse.known)
    return shape


def _shared(model: type[Model]) -> dict[str, Spec]:
    """Return the options of a model, the same object each time: YAML writes it once and refers to it."""
    if model not in _SHARED:
        _SHARED[model] = options(model)
    return _SHARED[model]


_SHARED: dict[type[Model], dict[str, Spec]] = {}


def _sequence(item: Any, parse: object) -> Spec:
    if get_origin(item) is tuple:
        return {"type": "dict"}
    shape = _shape(item, parse.parse if isinstance(parse, Each) else None)
    return {"type": "list", "elements": shape.pop("type"), **shape}


def _plain(default: object, kind: str) -> object:
    """Return a default as YAML has it."""
    if isinstance(default, Model) or kind == "dict":
        return {}
    if isinstance(default, tuple):
        return [str(each) for each in default]
    return default if default is None or isinstance(default, (str, int, float, bool)) else str(default)


def _default_words(key: Key) -> str:
    value = key.default
    if value is None or isinstance(value, Model) or value == () or "unless given" in key.doc:
        return ""
    words = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, tuple):
        words = ", ".join(map(str, value))
    if len(words) > _LONGEST_DEFAULT:
        return ""
    return f" V({words}) unless given."


class _Dumper(yaml.SafeDumper):
    """YAML as the rest of the project writes it: lists are indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def generate_anchor(self, node: Any) -> str:
        """Return a name for what is referred to again."""
        self.last_anchor_id += 1
        return f"shared{self.last_anchor_id}"


def specs_text(text: str, found: Mapping[str, Spec]) -> str:
    """Return a role's argument specs with the options of its entry point `main` replaced."""
    specs = yaml.safe_load(text)
    specs["argument_specs"]["main"]["options"] = dict(found)
    head = "# The options are written by `make reference` from the models in src/evergate/model.\n"
    return "---\n" + head + yaml.dump(specs, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


def page(role: str, main: Mapping[str, Any]) -> str:
    """Return a role's page of the reference in Markdown: every variable, and every key inside it."""
    lines = [f"# The role {role}", "", "Written by `make reference` from the role's argument specs.", ""]
    lines += [*_paragraphs(main.get("description", [])), "## Variables", "", *table(main["options"])]
    places: dict[int, str] = {}
    for name, option in main["options"].items():
        lines += _nested(name, option, places)
    return "\n".join(lines).rstrip() + "\n"


def _nested(path: str, option: Spec, places: dict[int, str]) -> Iterator[str]:
    """Yield the tables inside an option; one that stands elsewhere already is referred to by its place."""
    if "options" not in option:
        return
    inside = f"{path}[]" if option["type"] == "list" else path
    known = places.setdefault(id(option["options"]), inside)
    yield from ("", f"## {inside}", "", *_paragraphs(option["description"]))
    if known != inside:
        yield f"The keys are those of [{known}](#{re.sub(r'[^a-z0-9_]', '', known.lower())})."
        return
    yield from table(option["options"])
    for name, each in option["options"].items():
        yield from _nested(f"{inside}.{name}", each, places)


def table(found: Mapping[str, Spec]) -> list[str]:
    """Return a Markdown table of options."""
    rows = [
        f"| `{name}` | {_type_words(option)} | {_value_words(option)} | {_meaning(option)} |"
        for name, option in found.items()
    ]
    return ["| name | type | default | meaning |", "|---|---|---|---|", *rows]


def _type_words(option: Spec) -> str:
    if option["type"] == "raw":
        return "one value or a list"
    return f"list of {option['elements']}" if option["type"] == "list" else str(option["type"])


def _value_words(option: Spec) -> str:
    if option.get("required"):
        return "**required**"
    if option.get("default") is None:
        return ""
    default = option["default"]
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _meaning(option: Spec) -> str:
    words = " ".join(_paragraphs(option["description"])).strip()
    if "choices" in option:
        words += " One of " + ", ".join(f"`{each}`" for each in option["choices"]) + "."
    return words.replace("|", "\\|")


def _paragraphs(description: object) -> list[str]:
    """Return a description's paragraphs in Markdown, an empty line after each."""
    texts = description if isinstance(description, list) else [description]
    return [line for each in texts for line in (re.sub(r"[VOC]\((.*?)\)", r"`\1`", str(each)), "")]


def readme_text(text: str, main: Mapping[str, Any]) -> str:
    """Return a README with the table between its two marks replaced."""
    before, _, rest = text.partition(_BEGIN)
    return "\n".join([before + _BEGIN, "", *table(main["options"]), "", _END + rest.partition(_END)[2]])


def written(root: Path) -> dict[Path, str]:
    """Return every generated file of the project below `root` with the text it should have."""
    found: dict[Path, str] = {}
    for role in ROLES:
        specs = root / "roles" / role / "meta" / "argument_specs.yml"
        text = specs.read_text()
        if role in MODELS:
            text = found[specs] = specs_text(text, options(MODELS[role], f"{role}_"))
        main = yaml.safe_load(text)["argument_specs"]["main"]
        readme = root / "roles" / role / "README.md"
        found[readme] = readme_text(readme.read_text(), main)
        found[root / "docs" / "reference" / f"{role}.md"] = page(role, main)
    return found


def main() -> int:
    """Write the files that are not as they should be and name them."""
    for path, text in written(Path.cwd()).items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
