"""TLS shows each name its own certificate, refuses what is too old, and asks members for theirs."""

from __future__ import annotations

import pytest
from web import each_vip, get

# curl's exit codes. In TLS 1.3 the client's handshake ends before its certificate is refused: it learns of
# it while it sends the request or reads the answer.
HANDSHAKE_FAILED, SEND_FAILED, RECEIVE_FAILED, WRONG_NAME = 35, 55, 56, 60


@each_vip
@pytest.mark.parametrize("name", ["shop.example", "admin.example"])
def test_the_name_asked_for_picks_the_certificate(vip: str, name: str) -> None:
    assert get(vip, f"https://{name}/").status == 200


@each_vip
def test_a_name_without_a_certificate_is_not_vouched_for(vip: str) -> None:
    assert get(vip, "https://other.example/").exit == WRONG_NAME


@each_vip
def test_tls_1_2_is_the_oldest_that_is_spoken(vip: str) -> None:
    anything = ("--tlsv1.0", "--ciphers", "DEFAULT@SECLEVEL=0")  # or the client would refuse by itself
    assert get(vip, "https://shop.example/", *anything, "--tls-max", "1.2").status == 200
    assert get(vip, "https://shop.example/", *anything, "--tls-max", "1.1").exit == HANDSHAKE_FAILED


@each_vip
def test_browsers_are_told_to_come_by_tls_only_and_only_by_tls(vip: str) -> None:
    assert "max-age=" in get(vip, "https://shop.example/").headers["strict-transport-security"]
    plain = get(vip, "http://shop.example:8080/")
    assert (plain.status, "strict-transport-security" in plain.headers) == (200, False)


@each_vip
@pytest.mark.parametrize("certificate", [None, "/etc/ssl/stranger.pem"], ids=["without", "stranger"])
def test_who_is_no_member_is_refused(vip: str, certificate: str | None) -> None:
    shown = () if certificate is None else ("--cert", certificate)
    answer = get(vip, "https://shop.example:8443/", *shown)
    assert answer.status == 0
    assert answer.exit in {HANDSHAKE_FAILED, SEND_FAILED, RECEIVE_FAILED}


@each_vip
def test_a_member_is_let_in_and_the_server_is_told_who_it_is(vip: str) -> None:
    pretending = ("--header", "X-Member: root")
    answer = get(vip, "https://shop.example:8443/", "--cert", "/etc/ssl/member.pem", *pretending)
    assert answer.seen["headers"]["x-member"] == "member"
