"""``serve`` says plainly why it will not start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support.supervisor.guards import CannotServe, check_port, only_one


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotServe, match=f"Port {port} is taken.*PORT={port + 1}"):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(CannotServe, match="between 1 and 65535"):
        check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotServe, match="not an address of this machine"):
        check_port("192.0.2.1", 8000)


def test_a_folder_serves_once_and_names_who_has_it(tmp_path: Path) -> None:
    with (
        only_one(tmp_path),
        pytest.raises(CannotServe, match=f"already runs in .*process {os.getpid()}"),
        only_one(tmp_path),
    ):
        pass


def test_a_folder_is_free_again_after_a_stop(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path):
            pass


def test_a_folder_is_free_again_after_a_kill(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from support.supervisor.guards import only_one\n"
        "with only_one(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -9
    with only_one(tmp_path):
        pass
