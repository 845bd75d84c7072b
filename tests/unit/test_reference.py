from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from evergate import reference, values
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany, each, mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(Model):
    mode: str = defaulted(values.choice("http", "tcp"), "The V(mode\\).", "http")
    count: int = required(values.port, "How many.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer(Model):
    handed: ClassVar[tuple[str, ...]] = ("given",)

    items: tuple[Inner, ...] = defaulted(each(Inner.from_data), "Items.", ())
    one: Inner | None = optional(Inner.from_data, "One.")
    words: tuple[str, ...] = defaulted(OneOrMany(values.text), "Words.", ())
    table: tuple[tuple[str, str], ...] = defaulted(mapping(values.text, values.text), "A table.", ())
    address: values.Address = defaulted(values.address, "Where.", values.address("127.0.0.1", ""))
    given: tuple[Inner, ...] = defaulted(each(Inner.from_data), "Handed in.", ())
    secret: str | None = optional(values.text, "A secret.", secret=True)
    node: str | None = optional(values.text, "No variable.")


def test_types_and_defaults_follow_from_the_declarations() -> None:
    found = reference.options(Outer, "role_")
    assert {name: (each["type"], each.get("default")) for name, each in found.items()} == {
        "role_items": ("list", []),
        "role_one": ("dict", {}),
        "role_words": ("raw", []),
        "role_table": ("dict", {}),
        "role_address": ("str", "127.0.0.1"),
        "role_given": ("list", []),
        "role_secret": ("str", None),
    }
    assert found["role_secret"]["no_log"]


def test_the_keys_inside_are_listed_but_for_what_is_handed_in() -> None:
    found = reference.options(Outer, "role_")
    assert found["role_items"]["options"]["mode"]["choices"] == ["http", "tcp"]
    assert found["role_items"]["options"]["count"]["required"]
    assert "options" not in found["role_given"]
    assert found["role_given"]["elements"] == "dict"


def test_what_stands_twice_is_written_once() -> None:
    text = reference.specs_text("argument_specs: {main: {options: {}}}", reference.options(Outer, "role_"))
    assert text.count("How many.") == 1
    assert text.count("*shared1") == 1


def test_models_of_one_name_are_told_apart() -> None:
    frontends = reference.options(HaproxyConfig, "haproxy_")["haproxy_frontends"]
    assert "host" in frontends["options"]["routes"]["options"]
    routes = reference.options(KeepalivedConfig, "keepalived_")["keepalived_static_routes"]
    assert "via" in routes["options"]


def test_a_page_refers_to_what_stands_above() -> None:
    page = reference.page("role", {"options": reference.options(Outer, "role_")})
    assert page.count("How many.") == 1
    assert "The keys are those of [role_items[]](#role_items)." in page


def test_a_readme_keeps_what_is_around_the_table() -> None:
    main = {"options": {"a": {"type": "str", "required": True, "description": "What | is."}}}
    text = reference.readme_text(
        "before\n" + reference._BEGIN + "\nold\n" + reference._END + "\nafter\n", main
    )
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "| `a` | str | **required** | What \\| is. |" in text
