"""What is shown of a change of files, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from node_files import CONFIG, KEY, MAP, WANTED, seen

from evergate.node.files import File, differences, shown, write


def test_the_diff_shows_text_with_the_mode_in_its_header(tmp_path: Path) -> None:
    (new,) = seen([CONFIG], [], tmp_path)
    assert new == {
        "before": "",
        "after": "global\n",
        "before_header": "/etc/haproxy/haproxy.cfg (missing)",
        "after_header": "/etc/haproxy/haproxy.cfg (0640)",
    }


def test_an_empty_file_and_a_mode_are_shown_though_no_text_differs(tmp_path: Path) -> None:
    empty = File("/empty.map", "", 0o644, False)
    (made,) = seen([empty], [], tmp_path)
    assert made["before"] == ""
    assert made["after"].startswith("(mode 0644")
    write([empty], [], tmp_path)
    (tmp_path / "empty.map").chmod(0o666)
    (changed,) = seen([empty], [], tmp_path)
    assert (changed["before"][:10], changed["after"][:10]) == ("(mode 0666", "(mode 0644")


def test_of_a_secret_only_the_size_is_shown(tmp_path: Path) -> None:
    write(WANTED, [], tmp_path)
    long = File(KEY.path, "PRIVATE-two\n" * 103, 0o640, True)
    (found,) = seen([MAP, long, CONFIG], [], tmp_path)
    assert (found["before"], found["after"]) == ("(secret, 12 bytes)\n", "(secret, 1,236 bytes, differs)\n")


def test_two_secrets_of_the_same_size_are_shown_to_differ(tmp_path: Path) -> None:
    write([KEY], [], tmp_path)
    (found,) = seen([File(KEY.path, "PRIVATE-two\n", 0o640, True)], [], tmp_path)
    assert found["before"] != found["after"]


OPEN_KEY = File(KEY.path, "harmless\n", 0o640, False)


@pytest.mark.parametrize(
    ("there", "wanted", "former", "secrets"),
    [
        (KEY, [File(KEY.path, "PRIVATE-two\n", 0o640, True)], [], []),
        (KEY, [], [KEY.path], []),
        (KEY, [], [KEY.path], [KEY.path]),
        (KEY, [OPEN_KEY], [], [KEY.path]),
        (KEY, [File(KEY.path, "harmless\n", 0o644, False)], [], []),
        (OPEN_KEY, [KEY], [], []),
        (File(KEY.path, "PRIVATE-lax\n", 0o644, True), [], [KEY.path], [KEY.path]),
        (KEY, [File(KEY.path, KEY.content, 0o600, True)], [], []),
        (None, [KEY], [], []),
    ],
)
def test_a_secret_is_never_shown(
    there: File | None, wanted: list[File], former: list[str], secrets: list[str], tmp_path: Path
) -> None:
    if there is not None:
        write([there], [], tmp_path)
    found = differences(wanted, former, tmp_path, secrets=secrets)
    assert len(found) == 1
    assert "PRIVATE" not in str(shown(found))
    assert "harmless" not in str(shown(found))
    assert "PRIVATE" not in f"{found} {there} {wanted}"  # nor in a traceback


def test_a_password_in_a_configuration_is_seen_to_differ_and_not_shown(tmp_path: Path) -> None:
    path = "/etc/haproxy/haproxy.cfg"
    write([File(path, "userlist staff\n  user anna password first\n", 0o640, secret=False)], [], tmp_path)
    wanted = [File(path, "userlist staff\n  user anna password second\n", 0o640, secret=False)]
    (told,) = shown(differences(wanted, [path], tmp_path))
    assert "first" not in str(told)
    assert "second" not in str(told)
    assert told["before"] != told["after"]
