from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

EXPRESSION = "'node_cut_off' | drill_script({}, places)"
PLACES = {"node": "lb1", "interface": "{{ interface }}", "seconds": 4, "log": "/run/events.jsonl"}


def test_a_script_is_rendered_with_its_places(template: Callable[..., object]) -> None:
    text = template(EXPRESSION, places=PLACES, interface="svc0")
    assert isinstance(text, str)
    assert "device svc0" in text


def test_an_undefined_place_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'interface' is undefined"):
        template(EXPRESSION, places=PLACES)


def test_a_place_that_is_not_plain_is_refused(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match=r"places\.interface: 'svc0; reboot' is not a network interface"):
        template(EXPRESSION, places=PLACES, interface="svc0; reboot")
