"""A wrong environment is refused in one sentence that names the variable."""

from __future__ import annotations

import pytest
from shop.settings import RELEASE_DIRECTORY, Settings, SettingsError

KEY = {"SHOP_SECRET_KEY": "k" * 32}


def test_the_defaults_are_those_of_the_readme() -> None:
    settings = Settings.from_environ(KEY)
    assert (settings.bind, settings.workers, settings.drain_seconds) == ("0.0.0.0:8000", 1, 2.0)
    assert settings.trouble_file is None
    assert settings.version == (RELEASE_DIRECTORY / "VERSION").read_text().strip()


def test_the_environment_overrides_each_default() -> None:
    given = KEY | {"SHOP_BIND": "[::1]:9000", "SHOP_WORKERS": "2", "SHOP_DRAIN_SECONDS": "0.5"}
    settings = Settings.from_environ(given)
    assert (settings.bind, settings.workers, settings.drain_seconds) == ("[::1]:9000", 2, 0.5)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SHOP_SECRET_KEY", ""),
        ("SHOP_SECRET_KEY", "k" * 31),
        ("SHOP_WORKERS", "0"),
        ("SHOP_WORKERS", "65"),
        ("SHOP_WORKERS", "two"),
        ("SHOP_WORKERS", "²"),
        ("SHOP_DRAIN_SECONDS", "-1"),
        ("SHOP_DRAIN_SECONDS", "301"),
        ("SHOP_DRAIN_SECONDS", "nan"),
        ("SHOP_DRAIN_SECONDS", "soon"),
        ("SHOP_TROUBLE_FILE", "trouble"),
    ],
)
def test_a_wrong_value_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{variable} must [^\n]+$"):
        Settings.from_environ(KEY | {variable: value})


def test_there_is_no_default_key() -> None:
    with pytest.raises(SettingsError, match=r"^SHOP_SECRET_KEY "):
        Settings.from_environ({})


def test_the_key_is_not_printed_with_the_settings() -> None:
    assert KEY["SHOP_SECRET_KEY"] not in repr(Settings.from_environ(KEY))
