# ruff: noqa: E501 -- the inventory and the lines it becomes stand side by side
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from evergate import values
from evergate.model.haproxy.backend import Backend
from evergate.model.member import Member
from evergate.render.haproxy import backend

SERVERS = "servers: [{name: s1, address: 192.0.2.1, port: 80}, {name: s2, address: '2001:db8::1', port: 81}]"
MEMBERS = tuple(
    Member(name=name, address=values.address(address, ""))
    for name, address in (("a1", "10.0.0.1"), ("a2", "2001:db8::2"))
)


def written(text: str) -> list[str]:
    """Return the lines of a backend, written as a flow mapping in which SS stands for two servers."""
    data = {"name": "b", **yaml.safe_load(text.replace("SS", SERVERS))}
    config = cast(Any, SimpleNamespace(members=MEMBERS, members_of=lambda group: MEMBERS))
    return backend.lines(Backend.from_data(data, "b"), config)


# What both releases of HAProxy took without a warning, when this was written.
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "{port: 80, template: {prefix: web, count: 5, name: app.example, resolvers: dns, init_addr: [last, none]}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server-template web 5 app.example:80 check resolvers dns init-addr last,none",
            ],
        ),
        (
            "{template: {count: 5, name: _http._tcp.app.example, resolvers: dns, weight: 5}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server-template server 5 _http._tcp.app.example check weight 5 resolvers dns init-addr last,libc,none",
            ],
        ),
        (
            "{template: {count: 5, name: _http._tcp.app.example}, server_defaults: {resolvers: dns, init_addr: [none], resolve_prefer: ipv4, resolve_opts: [allow-dup-ip, ignore-weight], resolve_net: [10.0.0.0/8]}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "default-server resolvers dns init-addr none resolve-prefer ipv4 resolve-opts allow-dup-ip,ignore-weight resolve-net 10.0.0.0/8",
                "server-template server 5 _http._tcp.app.example check",
            ],
        ),
        (
            "{servers: [{name: s1, address: app.example, port: 80, resolvers: dns, init_addr: [last, libc, 192.0.2.1]}]}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 app.example:80 check resolvers dns init-addr last,libc,192.0.2.1",
            ],
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, weight: 0, backup: true, disabled: true, maxconn: 10, minconn: 5, maxqueue: 3, slowstart: 5s, inter: 1s, fastinter: 500ms, downinter: 3s, rise: 3, fall: 3, check_port: 99, check_address: 192.0.2.7, check_send_proxy: true, check_via_socks4: true, socks4: '192.0.2.4:1080', agent_check: true, agent_port: 9, agent_address: 192.0.2.8, agent_inter: 3s, agent_send: 'a b\\n'}]}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                'server s1 192.0.2.1:80 check weight 0 backup disabled maxconn 10 minconn 5 maxqueue 3 slowstart 5s inter 1s fastinter 500ms downinter 3s rise 3 fall 3 port 99 addr 192.0.2.7 check-send-proxy check-via-socks4 agent-check agent-port 9 agent-addr 192.0.2.8 agent-inter 3s agent-send "a b\\n" socks4 192.0.2.4:1080',
            ],
        ),
        (
            "{balance: source, hash_type: consistent none, servers: [{name: s1, address: 192.0.2.1, port: 80, guid: 'a:b', hash_key: addr-port, pool_conn_name: 'req.hdr(host)', send_proxy: v2, set_proxy_v2_tlv_fmt: {'0x20': '%[fc_pp_tlv(0x20)]'}, tls: {curves: 'X25519:P-256', sigalgs: RSA+SHA256, client_sigalgs: RSA+SHA256, verify: none}}]}",
            [
                "balance source",
                "hash-type consistent none",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check guid a:b hash-key addr-port pool-conn-name req.hdr(host) send-proxy-v2 set-proxy-v2-tlv-fmt(0x20) %[fc_pp_tlv(0x20)] ssl verify none curves X25519:P-256 sigalgs RSA+SHA256 client-sigalgs RSA+SHA256",
            ],
        ),
        (
            "{SS, server_defaults: {tls: {verify_host: a.b, alpn: [h2, http/1.1], min_ver: TLSv1.2, max_ver: TLSv1.3, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:!aNULL', ciphersuites: TLS_AES_128_GCM_SHA256, ssl_reuse: false, tls_tickets: false, allow_0rtt: true}, check_sni: a.b, check_alpn: [http/1.1]}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "default-server check-sni a.b check-alpn http/1.1",
                "server s1 192.0.2.1:80 check ssl verify required ca-file @system-ca verifyhost a.b alpn h2,http/1.1 ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3 ciphers ECDHE-RSA-AES128-GCM-SHA256:!aNULL ciphersuites TLS_AES_128_GCM_SHA256 no-ssl-reuse no-tls-tickets allow-0rtt",
                "server s2 [2001:db8::1]:81 check ssl verify required ca-file @system-ca verifyhost a.b alpn h2,http/1.1 ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3 ciphers ECDHE-RSA-AES128-GCM-SHA256:!aNULL ciphersuites TLS_AES_128_GCM_SHA256 no-ssl-reuse no-tls-tickets allow-0rtt",
            ],
        ),
        (
            "{SS, server_defaults: {tls: {sni: 'req.hdr(host)'}, check_ssl: true, check_port: 99, proto: h2, check_proto: h2}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "default-server port 99 check-ssl check-proto h2 proto h2",
                "server s1 192.0.2.1:80 check ssl verify required ca-file @system-ca sni req.hdr(host)",
                "server s2 [2001:db8::1]:81 check ssl verify required ca-file @system-ca sni req.hdr(host)",
            ],
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80}, {name: s2, address: 192.0.2.2, port: 80, track: s1, backup: true}, {name: s3, address: 192.0.2.3, port: 80, track: b/s2, weight: 7}]}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 192.0.2.2:80 track s1 backup",
                "server s3 192.0.2.3:80 track b/s2 weight 7",
            ],
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, check: false, agent_check: true, agent_port: 5, inter: 3s}, {name: s2, address: 192.0.2.2, port: 80, track: s1}]}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 inter 3s agent-check agent-port 5",
                "server s2 192.0.2.2:80 track s1",
            ],
        ),
        (
            "{mode: tcp, servers: [{name: s1, address: 192.0.2.1, port: 80, check_proto: none, send_proxy: v2-ssl-cn, observe: layer4}, {name: s2, address: 192.0.2.1, port: 81, send_proxy: v2-ssl}]}",
            [
                "mode tcp",
                "balance roundrobin",
                "server s1 192.0.2.1:80 check check-proto none observe layer4 send-proxy-v2-ssl-cn",
                "server s2 192.0.2.1:81 check send-proxy-v2-ssl",
            ],
        ),
    ],
)
def test_each_key_becomes_its_lines(text: str, lines: list[str]) -> None:
    assert written(text) == lines
