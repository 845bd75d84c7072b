"""The failover budget: for each failure, the seconds until clients are served again, at worst.

Computed from the configuration alone. What the machines add (the network's way, a busy processor, a switch
that learns slowly) is not in it; `playbooks/drill.yml` measures the sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evergate import profiles
from evergate.errors import Problem
from evergate.model.haproxy.backend import Backend, is_checked
from evergate.model.haproxy.server import Resolved, ServerOptions, milliseconds
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance
from evergate.model.keepalived.timing import HIGHEST_PRIORITY, master_down, skew
from evergate.model.keepalived.tracking import Script
from evergate.profiles import Watch

if TYPE_CHECKING:
    from evergate.model.haproxy.config import HaproxyConfig

# Of all members but the lost one, the best has the highest priority or the one below.
_SUCCESSOR = HIGHEST_PRIORITY - 1


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one failure costs: `seconds` at worst, `because` of what, and `key`, the setting that decides."""

    failure: str
    seconds: float
    because: str
    key: str


@dataclass(frozen=True, slots=True)
class Checks:
    """How HAProxy checks a server; all but `fall`, a count, in seconds."""

    inter: float
    fastinter: float
    fall: int
    connect: float
    answer: float

    @property
    def seconds(self) -> float:
        """Return how long a server that fell silent right after a good check is still used.

        The next check comes after `inter`, further ones `fastinter` after the failed one ended. Each takes at
        most min(`timeout connect`, `inter`) for its connection and `timeout check` for the answer (HAProxy's
        manual, sections 5.2, "inter", and 4.2, "timeout check").
        """
        single = min(self.connect, self.inter) + self.answer
        return self.inter + self.fall * single + (self.fall - 1) * self.fastinter


def reactions(config: KeepalivedConfig, instance: Instance) -> tuple[Reaction, ...]:
    """Return what makes an instance's VIPs move, and how long each takes.

    A node that is well enough to say goodbye sends an advert of priority 0, upon which its successor waits
    the skew alone (RFC 9568 and RFC 5798, 6.4.2).
    """
    interval, missed, watch = config.interval(instance), config.missed(instance), config.timings.watch
    handover = skew(_SUCCESSOR, interval, instance.version)
    loss = master_down(_SUCCESSOR, interval, instance.version, missed)
    clock = "advert_int" if instance.has_own_clock else "profile"
    adverts = f"{missed} adverts every {_written(interval)} and the standby's skew"
    refused = f"a question is refused, one every {_written(watch.interval)}"
    silent = f"{watch.fall} questions stay open for {_written(watch.deadline)}"
    return (
        Reaction("the active node is lost", loss, adverts, clock),
        Reaction("HAProxy dies", watch.interval + handover, refused, "profile"),
        Reaction("HAProxy hangs", hang_seconds(watch) + handover, silent, "profile"),
        Reaction("a planned switchover", handover, "the standby's skew alone", clock),
        *(_script_reaction(each, handover) for each in _scripts(config, instance)),
        *(
            Reaction(f"{each.name} is lost", each.patience + handover, "BFD packets are missed", "multiplier")
            for each in config.bfd
            if instance.track_bfd is None or each.name in instance.track_bfd
        ),
    )


def hang_seconds(watch: Watch) -> float:
    """Return how long the watcher needs to see that HAProxy hangs, from a hang right after an answer.

    The next question comes after the interval, and while one is open no other is asked.
    """
    return watch.interval + (watch.fall - 1) * max(watch.interval, watch.deadline) + watch.deadline


def script_seconds(script: Script) -> float:
    """Return how long a script needs to see a failure, from one right after a good run began."""
    return script.fall * script.interval + script.patience


def ejections(config: HaproxyConfig) -> dict[str, float]:
    """Return for each backend the seconds after which the slowest of its checked servers is out of use."""
    found = {}
    for backend in (*config.backends, *config.listens):
        checks = {_checks(config, backend, each) for each in _servers(backend) if is_checked(backend, each)}
        if checks:
            found[backend.name] = max(each.seconds for each in checks)
    return found


def broken_promises(moving: KeepalivedConfig, balancing: HaproxyConfig) -> Iterator[Problem]:
    """Yield the settings that make a failure last longer than `keepalived_promise`, if there is one."""
    promise = moving.promise
    if promise is None:
        return
    for instance in moving.instances:
        for reaction in reactions(moving, instance):
            told = _too_slow(reaction.key, reaction.failure, reaction.seconds, promise)
            if reaction.key == "advert_int" and reaction.seconds > promise:
                yield instance.wrong(*told)
            elif reaction.key == "profile" and reaction.seconds > promise:
                yield moving.wrong(*told, moving.source.get("profile") or moving.source["promise"])
    slowest = max(skew(_SUCCESSOR, moving.interval(each), each.version) for each in moving.instances)
    for script in moving.scripts:
        if (seconds := script_seconds(script) + slowest) > promise:
            yield script.wrong(*_too_slow("interval", f"a failure that {script.name} sees", seconds, promise))
    for neighbour in moving.bfd:
        if (seconds := neighbour.patience + slowest) > promise:
            yield neighbour.wrong(*_too_slow("multiplier", "its loss", seconds, promise))
    ejected = ejections(balancing)
    for backend in (*balancing.backends, *balancing.listens):
        if (seconds := ejected.get(backend.name, 0.0)) > promise:
            key, problem, hint = _too_slow("server_defaults", "a silent server", seconds, promise)
            hint = f"{hint.removesuffix('server_defaults')}inter, fall, timeout_check or timeout_connect"
            yield backend.wrong(key, problem, hint, backend.source.get("server_defaults") or backend.name)


def table(pair: str, moving: KeepalivedConfig, balancing: HaproxyConfig) -> list[str]:
    """Return the budget of a pair as lines for people."""
    profile = f"with the profile {moving.profile}"
    lines = [f"The pair {pair}, {profile}: seconds until clients are served again, at worst"]
    for instance in moving.instances:
        lines.append(f"  the VIPs of {instance.name}")
        for each in reactions(moving, instance):
            lines.append(f"    {each.seconds:7.2f}  {each.failure}: {each.because}")
    ejected = ejections(balancing)
    if ejected:
        lines.append(
            "  a server that falls silent is out of use (until then, its requests are tried elsewhere)"
        )
        lines += [f"    {seconds:7.2f}  in the backend {name}" for name, seconds in ejected.items()]
    promise = "nothing (keepalived_promise)" if moving.promise is None else _written(moving.promise)
    return [*lines, f"  promised: {promise}"]


def _too_slow(key: str, what: str, seconds: float, promise: float) -> tuple[str, str, str]:
    """Return key, problem and hint for what is slower than promised."""
    problem = f"{what} can take {_written(seconds)}, but keepalived_promise is {_written(promise)}"
    hint = f"promise more, or lower {key}"
    if key == "profile":
        hint = f"promise more, or choose a faster profile; the fastest is {profiles.FASTEST}"
    return key, f"makes a promise that can't be kept: {problem}", hint


def _scripts(config: KeepalivedConfig, instance: Instance) -> Iterator[Script]:
    yield from (
        each for each in config.scripts if instance.track_script is None or each.name in instance.track_script
    )


def _script_reaction(script: Script, handover: float) -> Reaction:
    because = f"{script.fall} runs every {_written(script.interval)} fail"
    return Reaction(f"{script.name} fails", script_seconds(script) + handover, because, "interval")


def _servers(backend: Backend) -> tuple[ServerOptions, ...]:
    """Return what stands for the servers; those of an inventory group have the backend's defaults alone."""
    if backend.template is not None:
        return (backend.template,)
    return backend.servers or (backend.server_defaults,)


def _checks(config: HaproxyConfig, backend: Backend, server: ServerOptions) -> Checks:
    """Return what holds for a server: its own settings, its backend's, those of the defaults section."""
    found, defaults = Resolved(server, backend.server_defaults), config.defaults
    fall = found.get("fall")
    return Checks(
        inter=_seconds(found.get("inter") or defaults.default_server.inter),
        fastinter=_seconds(found.get("fastinter") or defaults.default_server.fastinter),
        fall=fall if isinstance(fall, int) else defaults.default_server.fall,
        connect=_seconds(backend.timeout_connect or defaults.timeout.connect),
        answer=_seconds(backend.timeout_check or defaults.timeout.check),
    )


def _seconds(duration: object) -> float:
    return milliseconds(str(duration)) / 1000


def _written(seconds: float) -> str:
    """Return seconds as people write them, in hundredths."""
    return f"{seconds:.2f}".rstrip("0").rstrip(".") + " s"
