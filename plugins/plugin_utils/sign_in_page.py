# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that the browser shows after a sign-in."""

from __future__ import annotations

import base64
import hashlib
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --paper: #f5f6f8; --card: #fff; --good: #17693a; --bad: #a3271f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaf0; --paper: #12151b; --card: #1d222c; --good: #6fd99b; --bad: #ff9b90; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
  font: 1.125rem/1.6 system-ui, sans-serif; }
main { max-width: 32rem; margin: 1.5rem; padding: 2rem 2.5rem; border-radius: 1rem; background: var(--card);
  box-shadow: 0 .25rem 1.5rem rgb(0 0 0 / .12); }
h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.25; text-wrap: balance; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.good h1 { color: var(--good); }
.bad h1 { color: var(--bad); }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main class="{kind}">
<h1>{title}</h1>
{paragraphs}
</main>
</body>
</html>
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def render_page(title: str, *paragraphs: str, good: bool) -> bytes:
    """Return a whole page that loads nothing from elsewhere. All text is escaped."""
    return _PAGE.format(
        title=escape(title),
        style=_STYLE,
        kind="good" if good else "bad",
        paragraphs="\n".join(f"<p>{escape(text)}</p>" for text in paragraphs),
    ).encode()


SIGNED_IN = render_page("Sign-in complete", "You can close this window; Ansible continues.", good=True)
FOREIGN_RESPONSE = render_page(
    "Unexpected response",
    "This response does not belong to the sign-in that Ansible waits for, so it was ignored. Ansible is still waiting.",
    "If you tried to sign in, open the URL that Ansible printed last. Otherwise close this window.",
    good=False,
)
NOT_FOUND = render_page("Page not found", "Ansible waits for a sign-in at another URL on this port.", good=False)


def render_denied(reason: str) -> bytes:
    """Return the page for a sign-in that failed."""
    return render_page("Sign-in failed", reason, "Ansible stopped waiting. You can close this window.", good=False)
