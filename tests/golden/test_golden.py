"""Whole files, byte for byte, as the daemons of both Debian releases accept them without a warning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from evergate import app_server
from evergate.model.app_server import App
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.render.haproxy import config as haproxy
from evergate.render.keepalived import config as keepalived

GOLDEN = Path(__file__).parent
FILES: dict[str, tuple[str, Callable[[object], str]]] = {
    "haproxy.cfg": ("haproxy", lambda data: haproxy.render(HaproxyConfig.from_data(data))),
    "keepalived.conf": ("keepalived", lambda data: keepalived.render(KeepalivedConfig.from_data(data))),
    "app.service": ("app_server", lambda data: app_server.render_unit(App.from_data(data))),
    "app.env": ("app_server", lambda data: app_server.render_environment(App.from_data(data).environment)),
}
CASES = [path for name in FILES for path in sorted(GOLDEN.glob(f"*/{name}"))]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_input_renders_to_the_golden_file(path: Path) -> None:
    section, render = FILES[path.name]
    data = yaml.safe_load(path.with_name("input.yml").read_text())
    assert render(data[section]) == path.read_text()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/input.yml")), ids=lambda path: path.parent.name)
def test_every_section_of_an_input_has_its_golden_files(path: Path) -> None:
    expected = {name for name, (section, _) in FILES.items() if section in yaml.safe_load(path.read_text())}
    assert expected == {file.name for file in path.parent.iterdir()} - {"input.yml"}


@pytest.mark.parametrize(
    ("section", "model"), [("haproxy", HaproxyConfig), ("keepalived", KeepalivedConfig), ("app_server", App)]
)
def test_every_key_is_used_in_the_full_example(section: str, model: type) -> None:
    data = yaml.safe_load((GOLDEN / "every_key" / "input.yml").read_text())
    assert isinstance(data[section], Mapping)
    assert set(model.__slots__) <= set(data[section])
