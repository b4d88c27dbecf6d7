"""An OpenID Connect provider of its own process, for tests."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_provider(*people: dict[str, str], port: int = 0) -> Iterator[str]:
    """`oidc-provider-mock` with these people (claims with `sub`); yields its issuer."""
    port = port or free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)]
    command += ["-n", "true"]
    for claims in people:
        command += ["--user-claims", json.dumps(claims)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        _wait(issuer, process)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(issuer: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError("the provider stopped")
        try:
            requests.get(issuer + "/.well-known/openid-configuration", timeout=1).close()
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError("the provider did not answer")


def log_in(address: str, sub: str) -> str:
    """Log in at the provider as a person would; returns where it sends the browser back."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text[:500]
    return answer.headers["Location"]
