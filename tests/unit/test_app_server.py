from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from evergate.app_server import render_environment, render_unit
from evergate.errors import InvalidData
from evergate.model.app_server import App, environment

APP = {
    "name": "shop",
    "version": "1.0",
    "source": "examples/shop",
    "command": "/usr/bin/gunicorn shop:app",
    "port": 8080,
}


def unit(**changed: object) -> str:
    return render_unit(App.from_data(APP | changed))


def as_systemd_reads(text: str) -> dict[str, str]:
    """Return what systemd makes of assignments in double quotes (systemd.exec(5), EnvironmentFile)."""
    pairs = re.findall(r'^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"$', text, re.M)
    assert len(pairs) == text.count("\n")
    return {name: re.sub(r'\\(["\\`$])', r"\1", value) for name, value in pairs}


def test_the_application_runs_as_its_own_user_in_its_own_place() -> None:
    lines = unit().splitlines()
    assert {"User=shop", "Group=shop", "WorkingDirectory=/opt/shop/current"} <= set(lines)
    assert "EnvironmentFile=/etc/evergate/shop.env" in lines


def test_percent_signs_of_the_command_stay_percent_signs() -> None:
    assert "ExecStart=/usr/bin/x --format %%h\n" in unit(command="/usr/bin/x --format %h")


def test_a_new_version_leaves_the_unit_alone() -> None:
    assert unit(version="1.0") == unit(version="2.0")


def test_extra_settings_stand_last_in_the_service_section() -> None:
    assert "\nMemoryMax=512M\n\n[Install]\n" in unit(extra=["MemoryMax=512M"])


def test_no_variables_make_an_empty_file() -> None:
    assert render_environment(environment({})) == ""


@given(st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_]{0,9}", fullmatch=True), st.text()))
def test_systemd_reads_back_every_value_that_is_taken(variables: dict[str, str]) -> None:
    try:
        parsed = environment(variables)
    except InvalidData:
        return
    text = render_environment(parsed)
    assert as_systemd_reads(text) == variables
    assert text.splitlines() == sorted(text.splitlines(), key=lambda line: line.split("=")[0])


@given(st.text())
def test_no_command_starts_a_line_of_its_own(command: str) -> None:
    try:
        rendered = unit(command=command)
    except InvalidData:
        return
    assert len(rendered.splitlines()) == len(unit().splitlines())
