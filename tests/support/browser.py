"""Which Chromium the browser tests use, and getting one where there is none: Playwright's own first, else the system's.

Before the whole browser comes its headless shell, the same engine without a window: pages took half the processor time in it.

It never starts a browser. `python -m tests.support.browser --install` is what `make browser` calls; it prints one line.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SYSTEM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_SECONDS = 120
PACKAGE_SECONDS = 300
PACKAGE = "chromium-headless-shell"
NONE = f"No Chromium was found, and none could be installed: browser tests are skipped. Install `chromium` or `{PACKAGE}`."


def executable_path() -> str | None:
    """Where Chromium is, or None when there is none."""
    return _playwrights_own() or next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)


def launch_arguments() -> list[str]:
    """What Chromium is started with: it runs as root in containers, without a graphics card, and phones nobody.

    It asks for less transparency: to blur what is behind cards took a quarter of the time of all journeys. Scripts are
    compiled on the thread that runs them, which took a twelfth less.
    """
    return [
        "--blink-settings=prefersReducedTransparency=true",
        "--js-flags=--single-threaded",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]


def install() -> str | None:
    """Make sure that there is a Chromium: downloaded, else Debian's package as root. Its path, or None."""
    found = executable_path()
    if found is not None:
        return found
    _succeeds([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], DOWNLOAD_SECONDS)
    if executable_path() is None:
        install_package(PACKAGE)
    return executable_path()


def install_package(name: str) -> None:
    """Get a package of Debian, where there is Debian and we are root."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _succeeds(["apt-get", "update", "-qq"], PACKAGE_SECONDS)
        _succeeds(["apt-get", "install", "-y", "-qq", "--no-install-recommends", name], PACKAGE_SECONDS)


def _playwrights_own() -> str | None:
    """The newest Chromium that `playwright install` left in its folder: looked up by hand, since asking it takes a second."""
    caches = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or f"{caches}/ms-playwright").expanduser()
    shells = ("chromium_headless_shell-*/chrome-headless-shell-*/chrome-headless-shell",)
    whole = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    for patterns in (shells, whole):
        found = [path for pattern in patterns for path in folder.glob(pattern) if path.is_file()]
        if found:
            return str(max(found, key=lambda path: path.stat().st_mtime))
    return None


def _succeeds(command: Sequence[str], seconds: float) -> bool:
    """Run a command without a terminal and without its output; False when it fails or takes longer."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, timeout=seconds, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 1 when CI wants a browser and there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="get a Chromium where there is none")
    options = parser.parse_args(arguments)
    path = install() if options.install else executable_path()
    sys.stdout.write(f"Chromium: {path}\n" if path else f"{NONE}\n")
    return 1 if path is None and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    raise SystemExit(main())
