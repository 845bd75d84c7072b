from __future__ import annotations

from collections.abc import Callable

import pytest

from evergate.model.haproxy import word

Told = Callable[..., list[tuple[str, str, str]]]


def test_a_condition_is_words_without_their_quotes() -> None:
    found = word.condition('a !b or { path \'/x y\' "z\\"" } or ! { src 192.0.2.0/24 }', "if")
    assert found.words == (
        *("a", "!b", "or", "{", "path", "/x y", 'z"', "}", "or", "!{", "src", "192.0.2.0/24", "}"),
    )


def test_a_condition_knows_its_acls_its_fetches_and_its_groups() -> None:
    found = word.condition("a b or a METH_GET !{ hdr(or) or } or { src 192.0.2.1 }", "if")
    assert found.names == ("a", "b")
    assert found.criteria == ("hdr(or)", "src")
    assert found.groups == 3


def test_two_negations_are_none() -> None:
    assert word.condition("!!a ! b ! !{ src 192.0.2.1 }", "if").words == (
        *("a", "!b", "{", "src", "192.0.2.1", "}"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a or", "'a or' ends where an ACL belongs"),
        ("or a", "'or a' has an 'or' with nothing before it"),
        ("a !", "'a !' ends where an ACL belongs"),
        ("a and b", "'a and b' has 'and' in it"),
        ("{ }", "'{ }' has braces with nothing in them"),
        ("{ path /x", "'{ path /x' has a brace that is not closed"),
        ("{path /x }", "'{path /x }' has '{path' where an ACL belongs"),
        ("{ /x }", "'{ /x }' has '/x' where a fetch belongs"),
        ("a 'b", '"a \'b" has a quote that is not closed'),
        ("a '' b", "\"a '' b\" has '' where an ACL belongs"),
        ("a # b", "'a # b' has '#' where an ACL belongs"),
        ("a\\", "'a\\\\' has a quote that is not closed"),
        ("a\nfrontend b", "'a\\nfrontend b' holds a line break or another control character"),
        (True, "'true' is not a condition"),
    ],
)
def test_what_is_no_condition_is_refused(told: Told, text: object, problem: str) -> None:
    ((path, words, _),) = told(word.condition, text, "if")
    assert (path, words) == ("if", problem)


def test_a_condition_of_more_words_than_a_line_has_is_refused(told: Told) -> None:
    ((_, problem, hint),) = told(word.condition, " ".join(["a"] * 49), "if")
    assert (problem, hint) == (
        "has more than 48 words",
        "declare ACLs for its parts and name them here",
    )


@pytest.mark.parametrize(
    "text", ["src", "req.hdr(host),field(1,:),lower", "base32+src", "str(')'),lower", "var(txn.a)"]
)
def test_a_fetch_with_converters_is_an_expression(text: str) -> None:
    assert word.sample(text, "x") == text


@pytest.mark.parametrize("text", ["a b", "hdr(x", "src,", "1", "src)", "src # x", "src,lower x", "(src)"])
def test_what_is_no_expression_is_refused(told: Told, text: str) -> None:
    ((_, problem, _),) = told(word.sample, text, "x")
    assert problem.endswith("is not an expression")


def test_a_log_format_names_the_expressions_in_it() -> None:
    text = word.log_format("100%% %ci %{+Q}[path,lower] %[req.hdr(x)] %%[no]", "x")
    assert word.fetches(text) == ("path,lower", "req.hdr(x)")


@pytest.mark.parametrize("text", ["100%", "% x", "%[path", "%[path,]", "%{+Q}"])
def test_a_percent_sign_that_begins_nothing_is_refused(told: Told, text: str) -> None:
    ((_, problem, _),) = told(word.log_format, text, "x")
    assert problem.endswith("has a '%' that begins nothing")


@pytest.mark.parametrize("name", ["or", "OR", "-a", "a b", "a{", ""])
def test_what_is_no_name_of_an_acl_is_refused(told: Told, name: str) -> None:
    assert len(told(word.acl_name, name, "name")) == 1
