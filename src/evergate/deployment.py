"""A release rolled out server by server: planned before anything is touched, and judged on the way.

What the playbook found out stands among the hosts' variables, as registered or set there: `__deploy_files`
of the controller (`source`, `before`, `after`, and those of them that are `there`), and `__deploy_current`,
the look at the link to the release that runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from evergate import operations, site
from evergate.errors import InvalidData, Problem, nearest, quoted, refused
from evergate.inventory import HostVars
from evergate.model.app_server import App, release_version
from evergate.model.deployment import Deployment
from evergate.model.model import keys

Places = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Server:
    """One app server of the application: its variables, and for each load balancer its places there."""

    name: str
    app: App
    variables: Mapping[str, Any]
    places: Places

    @property
    def release(self) -> str | None:
        """Return the release that its link names: an empty text for none, None if it was not reached."""
        stat = self.variables.get("__deploy_current", {}).get("stat")
        return None if stat is None else str(stat.get("lnk_target", "")).rpartition("/")[2]

    @property
    def url(self) -> str:
        """Return where it says whether it is well, asked from another host."""
        address = str(self.variables["evergate_address"])
        host = f"[{address}]" if ":" in address else address
        return f"http://{host}:{self.app.port}{self.app.health_path}"


@dataclass(frozen=True, slots=True)
class Rollout:
    """What is wanted: the release, how to roll it out, and the application's servers."""

    version: str
    how: Deployment
    servers: tuple[Server, ...]

    @property
    def name(self) -> str:
        """Return the application and the release, for messages."""
        return f"{self.servers[0].app.name} {self.version}"


def deployment(
    hostvars: HostVars, specs: operations.Specs, looks: operations.Looks | None = None
) -> dict[str, Any]:
    """Return how the release is rolled out: the canary alone, then the batches, each with its load balancers.

    It goes to the hosts that the playbook has looked at, which `--limit` makes fewer. Without `looks`, the
    results of `node_duty.py look` for each load balancer, only what the inventory and the controller tell is
    judged, and every server counts as one to deploy. Servers that are out of a load balancer or run the
    release already are left alone. Raises `InvalidData` as `checked_site` does, when the release can't be
    deployed, and when a batch would leave a backend without a server.
    """
    rollout = _rollout(hostvars, specs)
    found, out = list(rollout.servers), dict[str, str]()
    if looks is not None:
        out = _out(rollout.servers, looks)
        found = [each for each in found if each.name not in out and each.release != rollout.version]
    batches = list(_batches(rollout, found))
    for batch in batches if looks is not None else ():
        operations.others_serve(_merged(batch), looks or {})
    return {
        "name": rollout.name,
        "version": rollout.version,
        "canary": batches[0][0].name if batches else "",
        "serial": [len(batch) for batch in batches] or [1],
        "batches": [_batch(batch) for batch in batches],
        "servers": {each.name: _facts(each) for each in found},
        "pause": rollout.how.pause,
        "max_error_percent": rollout.how.max_error_percent,
        "patience": rollout.how.patience,
        "keep": rollout.how.keep,
        "words": _words(rollout, batches, out),
    }


def _rollout(hostvars: HostVars, specs: operations.Specs) -> Rollout:
    """Return what is wanted, or raise InvalidData with everything that is wrong with it."""
    pairs, everyones = site.read(hostvars, specs)
    apps = {name: app for name, app in everyones.items() if "__deploy_files" in hostvars[name]}
    chosen = _chosen(apps, next((hostvars[name].get("app") for name in apps), None))
    variables: Mapping[str, Any] = hostvars[chosen[0]]
    servers = [Server(name, apps[name], hostvars[name], site.places(pairs, name, "drain")) for name in chosen]
    problems: list[Problem] = []
    version, how = "", Deployment()
    try:
        version = release_version(variables.get("app_version"), "app_version")
    except InvalidData as error:
        problems += error.problems
    try:
        how = _how(variables, chosen)
    except InvalidData as error:
        problems += error.problems
    problems += [problem for server in servers for problem in _missing(server, version)]
    if problems:
        raise InvalidData(problems)
    return Rollout(version, how, tuple(servers))


def _how(variables: Mapping[str, Any], servers: Sequence[str]) -> Deployment:
    """Return the settings, with a canary that is one of the servers."""
    settings = {key: variables[f"deploy_{key}"] for key in keys(Deployment) if f"deploy_{key}" in variables}
    how = Deployment.from_data(settings)
    if how.canary is not None and how.canary not in servers:
        hint = nearest(how.canary, servers, f"the servers are: {', '.join(servers)}")
        raise refused("deploy_canary", f"{quoted(how.canary)} does not run it", how.canary, hint)
    return how


def _chosen(apps: Mapping[str, App], wanted: object) -> list[str]:
    """Return the hosts of the application that is meant."""
    names = list(dict.fromkeys(app.name for app in apps.values()))
    if not names:
        raise refused("app", "no host runs an application", wanted, "put hosts into the group app_servers")
    if wanted is None and len(names) > 1:
        hint = f"say which: -e app=NAME, one of {', '.join(names)}"
        raise refused("app", "is not given, and there are several", names[0], hint)
    if wanted is not None and wanted not in names:
        hint = nearest(wanted, names, f"the applications are: {', '.join(names)}")
        raise refused("app", f"no host runs {quoted(wanted)}", wanted, hint)
    return [host for host, app in apps.items() if app.name == (wanted or names[0])]


def _missing(server: Server, version: str) -> Iterator[Problem]:
    """Yield what is not on the controller, and an archive that can't be the wanted release's."""
    files = server.variables["__deploy_files"]
    source = files["source"]
    usual = "app_source" not in server.variables
    if source not in files["there"]:
        hint = "build it first, or say where it is: -e app_source=/path/to/the/archive"
        yield Problem("app_source", f"{quoted(source)} is not there", source, hint)
    elif usual and version != server.app.version and source == server.app.source_:
        problem = f"{quoted(source)} is the source of every version, so it can't be known which one it holds"
        hint = "say where the release is: -e app_source=..., or write {{ app_server_version }} into"
        yield Problem("app_server_source", problem, source, f"{hint} app_server_source in the inventory")
    for hook in ("before", "after"):
        if files[hook] and files[hook] not in files["there"]:
            hint = "write the path of a file with tasks, on the controller"
            yield Problem(f"deploy_{hook}", f"{quoted(files[hook])} is not there", files[hook], hint)


def _out(servers: Sequence[Server], looks: operations.Looks) -> dict[str, str]:
    """Return of the servers that an operator has taken out, where; raise InvalidData for what is missing."""
    out, problems = dict[str, str](), list[Problem]()
    for server in servers:
        for balancer, places in server.places.items():
            problems += _unready(balancer, places, looks)
            states = (operations.told_by(looks, balancer) or {"servers": {}})["servers"]
            for place in places:
                if states.get(place, "").startswith(("MAINT", "DRAIN")):
                    out[server.name] = f"{place} on {balancer}"
        if server.name not in out and server.release is None:
            hint = f"take it out first: maintain_node.yml -e node={server.name} -e state=begin"
            problems.append(Problem("node", f"{server.name} was not reached", server.name, hint))
    if problems:
        raise InvalidData(problems)
    return out


def _unready(balancer: str, places: Sequence[str], looks: operations.Looks) -> Iterator[Problem]:
    """Yield why a load balancer can't be told who is out."""
    told = operations.told_by(looks, balancer)
    if told is None or not told["servers"]:
        problem = "was not reached" if told is None else "has a HAProxy that does not answer"
        hint = "every load balancer has to know who is out: bring it back first"
        yield Problem("node", f"{balancer} {problem}", balancer, hint)
        return
    for place in places:
        if place not in told["servers"]:
            problem = f"{balancer} does not have the server {place} yet"
            yield Problem("node", problem, balancer, "run site.yml first")


def _batches(rollout: Rollout, found: Sequence[Server]) -> Iterator[list[Server]]:
    """Yield the canary alone, and then the others in the inventory's order."""
    order = sorted(found, key=lambda each: each.name != rollout.how.canary)
    if order:
        yield order[:1]
    size = rollout.how.size(len(rollout.servers))
    for start in range(1, len(order), size):
        yield order[start : start + size]


def _merged(batch: Sequence[Server]) -> dict[str, list[str]]:
    """Return the places of several servers for each load balancer."""
    found: dict[str, list[str]] = {}
    for server in batch:
        for balancer, places in server.places.items():
            found.setdefault(balancer, []).extend(places)
    return found


def _batch(batch: Sequence[Server]) -> dict[str, Any]:
    balancers = {name: [each.name for each in batch if name in each.places] for name in _merged(batch)}
    return {"servers": [each.name for each in batch], "balancers": balancers}


def _facts(server: Server) -> dict[str, str]:
    return {"from": server.release or "", "url": server.url, "asked_by": next(iter(server.places))}


def _words(rollout: Rollout, batches: Sequence[Sequence[Server]], out: Mapping[str, str]) -> list[str]:
    """Return the plan in sentences."""
    steps = [_and(each.name for each in batch) for batch in batches]
    lines = [f"{rollout.name} goes to {', then to '.join(steps)}."] if steps else []
    if len(steps) > 1 or (steps and rollout.how.pause):
        lines.append(
            f"{steps[0]} is the canary: it serves for {rollout.how.pause} s, and goes back if more than"
            f" {rollout.how.max_error_percent:g} % of its requests fail."
        )
    lines += [
        f"{each.name} is out ({out[each.name]}) and keeps {each.release or 'what it has'}:"
        f" maintain_node.yml -e node={each.name} -e state=end, then deploy again."
        for each in rollout.servers
        if each.name in out
    ]
    return lines or [f"{rollout.name} runs on {_and(each.name for each in rollout.servers)} already."]


def gate(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], server: str, most: float
) -> dict[str, Any]:
    """Return whether a canary may stay, `passed`, and why, `words`.

    `before` and `after` are the results of `node_duty.py look` on every load balancer that has it, which has
    to be there and to find it up. `most` is the percentage of its requests that may fail.
    """
    requests = failures = 0
    wrong: list[str] = []
    for first, last in zip(before, after, strict=True):
        if "stdout" not in first or "stdout" not in last:
            wrong.append(f"{last.get('__balancer')} was not reached")
            continue
        then, now = json.loads(first["stdout"]), json.loads(last["stdout"])
        for place in _places_of(server, now):
            asked, failed = _since(then["traffic"].get(place, [0, 0]), now["traffic"][place])
            requests, failures = requests + asked, failures + failed
            if not now["servers"][place].startswith(("UP", "no check")):
                wrong.append(f"{place} is {now['servers'][place]}")
    requests = max(requests, failures)
    percent = 100 * failures / requests if requests else 0.0
    told = f"{failures} of {requests} requests to {server} failed ({percent:.3g} %, {most:g} % may)"
    if requests * (most or 1) < 100:
        told += "; so few say little, for none may fail: -e deploy_pause=SECONDS lets it serve for longer"
    return {"passed": not wrong and percent <= most, "words": "; ".join([told, *wrong])}


def _places_of(server: str, look: Mapping[str, Any]) -> list[str]:
    return [place for place in look["traffic"] if place.partition("/")[2] == server]


def _since(then: Sequence[int], now: Sequence[int]) -> tuple[int, int]:
    """Return what was counted meanwhile; a reload has begun anew."""
    if any(late < early for early, late in zip(then, now, strict=True)):
        then = (0, 0)
    return now[0] - then[0], now[1] - then[1]


def failure(hostvars: HostVars, plan: Mapping[str, Any], server: str) -> str:
    """Return in words why the deployment to a server's batch failed, and what every server runs now.

    `plan` is what `deployment` returned. The reasons are those that Ansible remembers of the batch's hosts.
    """
    batches: list[list[str]] = [batch["servers"] for batch in plan["batches"]]
    turn = next(number for number, batch in enumerate(batches) if server in batch)
    results: list[Any] = [hostvars[name].get("ansible_failed_result") for name in batches[turn]]
    reasons = dict.fromkeys(_reason(result) for result in results if result is not None)
    before, after = list(chain(*batches[:turn])), list(chain(*batches[turn + 1 :]))
    formers = [plan["servers"][name]["from"] for name in batches[turn]]
    lines = [
        f"{plan['name']} was not deployed to {_and(batches[turn])}:",
        *(reasons or ["no reason was told"]),
        f"{_and(batches[turn])} went back to {_and(dict.fromkeys(each or 'nothing' for each in formers))}.",
    ]
    if before:
        lines.append(f"It stays on {_and(before)}: give the mended one another version.")
    if after:
        lines.append(f"Nothing was done to {_and(after)}.")
    return "\n".join(lines)


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)


def _reason(result: Mapping[str, Any]) -> str:
    """Return a failed result's own words; of a loop, those of the item that failed."""
    for item in result.get("results", ()):
        if item.get("failed"):
            return _reason(item)
    return str(result.get("stderr") or result.get("msg") or "it did not say why").strip()
