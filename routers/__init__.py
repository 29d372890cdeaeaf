"""The web: one file per page or resource. Parse, one service call, render."""
