"""A program between us and a child, so that the child never outlives us, however we end.

`python die_with_parent.py SECONDS COMMAND...` runs the command and ends it when its own standard input closes (which
the kernel does for a parent that was killed), on SIGTERM, or after SECONDS. Standard library only: it is run by its
path.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time

GRACE_S = 5.0
AGAIN_S = 1.0  # livekit-server waits for its callers on the first SIGTERM and goes on the second
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(seconds: float, command: list[str]) -> int:
    """Run the command; its exit code, or 0 when it was ended here."""
    signals, wake = os.pipe()
    for pipe in (signals, wake):
        os.set_blocking(pipe, False)
    signal.set_wakeup_fd(wake)
    for sign in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, lambda *_: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_me)
    ends = time.monotonic() + seconds
    while child.poll() is None:
        left = ends - time.monotonic()
        ready = select.select([0, signals], [], [], left if left < 10**6 else None)[0] if left > 0 else []
        if signals in ready and set(os.read(signals, 64)) == {signal.SIGCHLD}:
            continue
        end(child)
        return 0
    return child.returncode


def end(child: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, once more after a second, SIGKILL after five."""
    for wait_s in (AGAIN_S, GRACE_S - AGAIN_S):
        child.terminate()
        try:
            child.wait(timeout=wait_s)
            return
        except subprocess.TimeoutExpired:
            continue
    child.kill()
    child.wait()


def _die_with_me() -> None:
    if sys.platform == "linux":  # for the case that somebody kills this very process
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1]), sys.argv[2:]))
