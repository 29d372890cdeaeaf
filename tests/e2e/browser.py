"""Temporary."""
def executable_path() -> str: return "/usr/bin/chromium"
def launch_arguments() -> list[str]: return "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()
