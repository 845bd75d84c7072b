"""An application's systemd unit and its environment file as text, written from the model alone."""

from __future__ import annotations

import re

from evergate.model.app_server import App, Environment


def render_unit(app: App) -> str:
    """Return NAME.service: the application under its own user, restarted at once and confined."""
    sections = [
        ["[Unit]", *_unit(app)],
        ["[Service]", *_service(app), *_CONFINEMENT, *app.extra],
        ["[Install]", "WantedBy=multi-user.target"],
    ]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def render_environment(environment: Environment) -> str:
    """Return the EnvironmentFile: one quoted assignment a line, sorted by name; empty for no variables.

    Inside double quotes systemd removes a backslash before exactly these four characters (systemd.exec(5)).
    """
    quoted = ((name, re.sub(r'(["\\`$])', r"\\\1", value)) for name, value in environment)
    return "".join(f'{name}="{value}"\n' for name, value in quoted)


def _unit(app: App) -> list[str]:
    # Without a start limit: an application that fails for an hour is running again the moment it can.
    return [
        f"Description=Application {app.name}",
        "Wants=network-online.target",
        "After=network-online.target",
        "StartLimitIntervalSec=0",
    ]


def _service(app: App) -> list[str]:
    return [
        "Type=exec",
        f"User={app.name}",
        f"Group={app.name}",
        f"WorkingDirectory=/opt/{app.name}/current",
        f"EnvironmentFile=/etc/evergate/{app.name}.env",
        f"ExecStart={app.command.replace('%', '%%')}",
        "Restart=always",
        "RestartSec=200ms",
        # The stop signal goes to the main process, which finishes its requests; what is left is killed later.
        "KillMode=mixed",
        f"TimeoutStopSec={app.stop_timeout}",
        f"RuntimeDirectory={app.name}",
        "UMask=0027",
    ]


_CONFINEMENT = [
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "PrivateDevices=yes",
    "PrivateTmp=yes",
    "RemoveIPC=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
]
