"""What is wrong with a site's load balancers, by what they told of themselves, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from evergate import site
from evergate.changing import PREVIEWS

CLOCKS = 2.0  # s by which the clocks of a pair may differ, the time between two questions included
EXPIRY = timedelta(days=21)  # a certificate that ends sooner is worth a word
_SITE = "run site.yml"
_LOOK = "site.yml --check --diff shows how; site.yml puts it right"

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one host, or about a pair where `host` names several; `problem` or else a warning."""

    pair: str
    host: str
    what: str
    do: str
    problem: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A load balancer: what `evergate.node.checkup` told there, None if it was not reached.

    drift: what the inventory would change there, in words.
    """

    name: str
    facts: Facts | None
    drift: tuple[str, ...] = ()


def of_site(
    hostvars: Mapping[str, Mapping[str, Any]], specs: Mapping[str, Mapping[str, object]], now: float
) -> dict[str, Any]:
    """Return the report on all pairs; `now` is in seconds of the epoch.

    Each load balancer has `__checkup`, the result of the module node_checkup, and if it was reached the
    previews of its roles. Raises `InvalidData` as `evergate.site.checked_site` does.
    """
    read, _ = site.read(hostvars, specs)
    pairs = {pair.name: [_member(host.name, hostvars[host.name]) for host in pair.hosts] for pair in read}
    vips = {
        pair.name: [str(vip.address) for instance in pair.instances for vip in instance.vips] for pair in read
    }
    return report(pairs, examine(pairs, vips, datetime.fromtimestamp(now, UTC)))


def _member(name: str, variables: Mapping[str, Any]) -> Member:
    previews = [variables[each] for each in PREVIEWS if each in variables]
    drift = tuple(str(each["words"]) for each in previews if each.get("changed") or each.get("failed"))
    return Member(name, variables["__checkup"].get("told"), drift)


def examine(
    pairs: Mapping[str, Sequence[Member]], vips: Mapping[str, Sequence[str]], now: datetime
) -> list[Finding]:
    """Return all findings, pair by pair, problems first; `vips` are the addresses of each pair."""
    found = [
        finding
        for pair, members in pairs.items()
        for finding in (*_of_members(pair, members, now), *_of_pair(pair, members, vips.get(pair, ())))
    ]
    order = list(pairs)
    return sorted(found, key=lambda each: (order.index(each.pair), not each.problem))


def report(pairs: Mapping[str, Sequence[Member]], found: Sequence[Finding]) -> dict[str, Any]:
    """Return `ok`, which is false if there is a problem; `lines`, a table; `findings`, as plain data."""
    problems = sum(each.problem for each in found)
    hosts = sum(map(len, pairs.values()))
    size = f"{len(pairs)} pair{'s'[: len(pairs) != 1]}, {hosts} load balancers"
    rows = [("pair", "host", "", "what", "what to do"), *(_row(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
        for row in rows
    ]
    told = f"{size}: {problems or 'no'} problem{'s'[: problems != 1]}, {len(found) - problems} warnings"
    lines = [*(table if found else []), told]
    return {"ok": not problems, "lines": lines, "findings": [asdict(each) for each in found]}


def _row(each: Finding) -> tuple[str, ...]:
    return each.pair, each.host, "problem" if each.problem else "warning", each.what, each.do


def _of_members(pair: str, members: Sequence[Member], now: datetime) -> Iterator[Finding]:
    for member in members:
        if member.facts is None:
            yield Finding(pair, member.name, "cannot be reached", "see whether it runs, and ssh")
            continue
        judged = (_units, _fitness, _configurations, _kernel, _servers)
        for what, do, problem in (each for rule in judged for each in rule(member.facts)):
            yield Finding(pair, member.name, what, do, problem)
        for name, end in member.facts["certificates"].items():
            yield from _expiry(pair, member.name, name, end, now)
        for words in member.drift:
            yield Finding(pair, member.name, f"is not as the inventory has it: {words}", _LOOK)


def _units(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    for unit, state in facts["units"].items():
        if state == "active, not at boot":
            yield f"{unit} would not start at boot", _SITE, True
        elif state != "active" and not (unit.startswith("evergate-second") and state == "missing"):
            yield f"{unit} is {state}", f"journalctl --unit {unit} says why", True


def _fitness(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    for name in facts["unfit"]:
        if name == "maintenance":
            yield "is in maintenance", "playbooks/maintain_node.yml -e state=end, when it is over", False
        else:
            yield f"must not be active: /run/evergate/{name}", "journalctl --unit haproxy says why", True
    for instance, state in facts["vrrp"].items():
        if state != "well":
            yield f"instance {instance}: {state}", "journalctl --unit evergate-vrrp-watch says more", True


def _configurations(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    for daemon, kept in facts["configurations"].items():
        if kept["damaged"]:
            yield f"kept configurations of {daemon} are damaged: {', '.join(kept['damaged'])}", _SITE, False
        if kept["revision"] is None:
            yield f"no configuration of {daemon} was ever proved", _SITE, False
        elif kept["changed"]:
            yield f"changed by hand: {', '.join(kept['changed'])}", _LOOK, True


def _kernel(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    for name, words in facts["sysctl"].items():
        yield f"{name} is {words}", "sysctl --system; see which file overrules it", True
    if facts["reboot"]:
        yield "wants to be rebooted", "maintain_node.yml -e state=begin, reboot, -e state=end", False


def _servers(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    if facts["servers"] is None:
        yield "HAProxy does not answer on its socket", "journalctl --unit haproxy says why", True
        return
    for server, state in facts["servers"].items():
        if state.startswith("DOWN"):
            yield f"server {server} is down", "see the application there", True


def _expiry(pair: str, host: str, name: str, end: str, now: datetime) -> Iterator[Finding]:
    until = datetime.strptime(end, "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
    if until <= now:
        yield Finding(pair, host, f"certificate {name} has expired", "renew it, and run site.yml")
    elif until <= now + EXPIRY:
        what = f"certificate {name} expires on {until:%Y-%m-%d}"
        yield Finding(pair, host, what, "renew it, and run site.yml", problem=False)


def _of_pair(pair: str, members: Sequence[Member], vips: Sequence[str]) -> Iterator[Finding]:
    """Yield what members do to each other; those that were not reached are left out."""
    told = {member.name: member.facts for member in members if member.facts is not None}
    if not told:
        return
    everyone = ", ".join(told)
    for vip in vips:
        holders = [name for name, facts in told.items() if vip in facts["holds"]]
        if len(holders) != 1 and (holders or len(told) == len(members)):
            who = " and ".join(holders) or "nobody"
            yield Finding(pair, everyone, f"{vip} is held by {who}", "journalctl --unit keepalived says why")
    yield from _versions(pair, told)
    times = [float(facts["time"]) for facts in told.values()]
    if max(times) - min(times) > CLOCKS:
        what = f"clocks differ by {max(times) - min(times):.0f} s"
        yield Finding(pair, everyone, what, "let NTP set them", problem=False)
    yield from _intents(pair, told)


def _versions(pair: str, told: Mapping[str, Facts]) -> Iterator[Finding]:
    for package in next(iter(told.values()))["packages"]:
        found = {name: facts["packages"][package] for name, facts in told.items()}
        if len(set(found.values())) > 1:
            what = f"{package} is {', '.join(f'{version} on {name}' for name, version in found.items())}"
            yield Finding(pair, ", ".join(told), what, "upgrade the older one", problem=False)


def _intents(pair: str, told: Mapping[str, Facts]) -> Iterator[Finding]:
    """Yield each server that one member has taken out and another has not."""
    known = Counter(server for facts in told.values() for server in facts["servers"] or ())
    for server in (each for each, count in known.items() if count == len(told)):
        wanted = {name: _intent(facts["servers"][server]) for name, facts in told.items()}
        if len(set(wanted.values())) > 1:
            what = f"server {server} is {', '.join(f'{state} on {name}' for name, state in wanted.items())}"
            do = f"playbooks/set_server.yml -e server={server} -e state=..."
            yield Finding(pair, ", ".join(told), what, do)


def _intent(state: str) -> str:
    word = state.split()[0] if state else ""
    return word.lower() if word in ("DRAIN", "MAINT") else "ready"
