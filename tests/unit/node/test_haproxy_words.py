"""What HAProxy says, as 2.6 and 3.0 said it."""

from __future__ import annotations

from evergate.node.haproxy_words import reason, said

PORT = """\
[NOTICE]   (16864) : haproxy version is 2.6.12-1+deb12u4
[WARNING]  (16864) : config : [c.cfg:17] : 'server far/x' : could not resolve address 'a.example'.
[ALERT]    (16864) : Binding [c.cfg:10] for frontend web: cannot bind socket (Address already in use)
[ALERT]    (16864) : [/usr/sbin/haproxy.main()] Some protocols failed to start their listeners! Exiting.
[WARNING]  (16864) : Loading failure!
[ALERT]    (17046) : backend 'shop' has no server available!
"""


def test_the_reason_is_the_alerts_without_those_that_say_nothing() -> None:
    words = reason(PORT, [17046])
    assert words == "Binding [c.cfg:10] for frontend web: cannot bind socket (Address already in use)"


def test_warnings_are_told_apart() -> None:
    wanted = "[c.cfg:17] : 'server far/x' : could not resolve address 'a.example'."
    assert said(PORT, "WARNING") == [wanted]


def test_a_line_without_a_beginning_belongs_to_the_one_before_it() -> None:
    text = "[ALERT]    (1) : config : parsing [a:1] : too long\n  here\n[NOTICE]   (1) : x\n"
    assert said(text, "ALERT") == ["parsing [a:1] : too long here"]


def test_the_same_is_said_once() -> None:
    assert said("[ALERT] (1) : a\n[ALERT] (2) : a\n", "ALERT") == ["a"]


def test_without_alerts_the_reason_is_all_that_was_said() -> None:
    assert reason("sh: 1: haproxy:\n not found\n") == "sh: 1: haproxy: not found"
