"""Health checks: the lines that say what a backend's servers are asked, and what a healthy one answers."""

from __future__ import annotations

from evergate.model.haproxy.check import Check, Step
from evergate.render.haproxy.words import argument, escaped, keyword

_OPTION = {"ssl-hello": "option ssl-hello-chk", "redis": "option redis-check", "ldap": "option ldap-check"}
_EXPECT = ("min_recv", "comment", "ok_status", "error_status", "tout_status", "on_success", "on_error")
_MATCH = ("status", "rstatus", "string", "rstring", "string_lf", "binary", "rbinary", "binary_lf")
_SEND = {"data": "send", "data_lf": "send-lf", "binary": "send-binary", "binary_lf": "send-binary-lf"}


def lines(check: Check, mode: str) -> list[str]:
    """Return the lines of a check in a backend of this mode; a mere connection needs none."""
    kind = check.kind(mode)
    if kind == "http":
        return _http(check)
    if kind == "tcp":
        steps = [_step("tcp-check", step) for step in check.sequence]
        return ["option tcp-check", *steps] if steps else []
    if kind == "pgsql":
        return [f"option pgsql-check user {check.user}"]
    if kind == "mysql":
        return [" ".join(["option mysql-check user", str(check.user), *_given(check.client)])]
    if kind == "smtp":
        return [" ".join(["option smtpchk", *_given(check.hello), *_given(check.domain)])]
    if kind == "external":
        path = [f"external-check path {check.command_path}"] if check.command_path else []
        return ["option external-check", f"external-check command {check.command}", *path]
    if kind == "spop":
        return ["option spop-check"]
    return [_OPTION[kind]] if kind in _OPTION else []


def _given(word: str | None) -> list[str]:
    return [] if word is None else [word]


def _http(check: Check) -> list[str]:
    return [
        "option httpchk",
        *(["http-check disable-on-404"] if check.disable_on_404 else []),
        *(["http-check send-state"] if check.send_state else []),
        *([_step("http-check", step) for step in check.sequence] or _question(check)),
    ]


def _question(check: Check) -> list[str]:
    words = ["http-check send", "meth", check.method, "uri", argument(check.path)]
    words += ["ver", check.version] if check.version else []
    words += ["hdr", "Host", argument(check.host)] if check.host else []
    words += _headers(check.headers)
    words += ["body", argument(check.body)] if check.body else []
    return [
        " ".join(words),
        f"http-check expect status {','.join(check.expect)}",
        *([f"http-check expect string {argument(check.expect_string)}"] if check.expect_string else []),
        *([f"http-check expect rstring {argument(check.expect_rstring)}"] if check.expect_rstring else []),
    ]


def _headers(headers: tuple[tuple[str, str], ...]) -> list[str]:
    return [word for name, value in headers for word in ("hdr", name, argument(value))]


def _step(command: str, step: Step) -> str:
    if step.action == "connect":
        words = _connect(step)
    elif step.action == "send":
        words = _http_send(step) if command == "http-check" else _tcp_send(step)
    elif step.action == "expect":
        words = _expect(step)
    else:
        words = [f"{step.action}({step.variable})", *_arguments(step, ("expression", "format"), bare=True)]
    return " ".join([command, *words])


def _connect(step: Step) -> list[str]:
    flags = ("default", "send_proxy", "via_socks4", "ssl", "linger")
    words = ["connect", *(keyword(name) for name in flags if getattr(step, name))]
    words += ["addr", str(step.address)] if step.address is not None else []
    words += ["alpn", ",".join(step.alpn)] if step.alpn else []
    return words + _arguments(step, ("port", "sni", "proto", "comment"))


def _http_send(step: Step) -> list[str]:
    words = ["send", "meth", step.method or "GET"]
    words += ["uri", argument(step.path)] if step.path else []
    words += ["uri-lf", argument(step.path_lf)] if step.path_lf else []
    words += ["ver", step.version] if step.version else []
    return words + _headers(step.headers) + _arguments(step, ("body", "body_lf", "comment"))


def _tcp_send(step: Step) -> list[str]:
    words = [
        word
        for key, name in _SEND.items()
        if getattr(step, key)
        for word in (name, (escaped if key.startswith("data") else argument)(getattr(step, key)))
    ]
    return words + _arguments(step, ("comment",))


def _expect(step: Step) -> list[str]:
    words = ["expect", *_arguments(step, _EXPECT), *(["!"] if step.negate else [])]
    if step.header is None:
        return words + _arguments(step, _MATCH)
    words += ["hdr", "name", argument(step.header)]
    if step.value is not None:
        words += ["value", *(["-m", step.match] if step.match else []), argument(step.value)]
    return words


def _arguments(step: Step, names: tuple[str, ...], *, bare: bool = False) -> list[str]:
    """Return keyword and value of each given field, or the values alone."""
    words = []
    for name in names:
        value = getattr(step, name)
        if value is not None and value != ():
            text = ",".join(value) if isinstance(value, tuple) else value
            words += [*([] if bare else [keyword(name)]), argument(text)]
    return words
