from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable


def test_a_profile_becomes_the_watchers_options(template: Callable[..., object]) -> None:
    options = template("word | haproxy_watch_options", word="{{ chosen }}", chosen="fast")
    assert options == "--interval 0.02 --deadline 0.04 --fall 2 --rise 5"


def test_an_undefined_profile_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'word' is undefined"):
        template("word | haproxy_watch_options")


def test_a_profile_that_nobody_knows_is_refused(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match="keepalived_profile: 'quick' is not known here"):
        template("word | haproxy_watch_options", word="quick")
