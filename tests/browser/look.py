#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""look.py PAGE [SHOTS]: looks at a page in Chromium as readers will, and says what is wrong.

Light and dark, on a desk and on a phone, and on paper: nothing in the console, nothing asked for
from outside, sound structure, enough contrast, nothing wider than the screen, nothing folded away in
print. With SHOTS, pictures of all of them go to that folder."""

import base64
import os
import re
import sys

from chromium import Chromium

HERE = os.path.dirname(os.path.abspath(__file__))
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; })"
FOLDED = ("[...document.querySelectorAll('details :is(td, th)')]"
          ".filter(e => !e.checkVisibility({contentVisibilityAuto: true})).length")


def look(tab, inspect, label, shots, **how):
    tab.load(**how)
    if shots:
        height = tab.evaluate("document.documentElement.scrollHeight")
        shot = tab.call("Page.captureScreenshot", captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": how["width"], "height": min(height, 16000),
                              "scale": 1})
        with open(os.path.join(shots, label.replace(" ", "-") + ".png"), "wb") as f:
            f.write(base64.b64decode(shot["data"]))
    tab.evaluate(OPEN_ALL)
    found = tab.evaluate(inspect)
    wrong = found["wrong"] + ["console: " + c for c in tab.complaints()]
    wrong += ["asks for " + u for u in tab.requests()]
    if found["texts"] < 50:
        wrong.append(f"only {found['texts']} texts are shown")
    print(f"{label}: {found['texts']} texts, least contrast {found['least']:.2f}")
    return [f"{label}: {w}" for w in wrong]


def look_at_paper(tab, shots):
    tab.load(width=800, scheme="dark", media="print")
    hidden = tab.evaluate(FOLDED)
    wrong = [f"paper: {hidden} folded cells are not printed"] if hidden else []
    if tab.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
        wrong.append("paper: it is not white")
    pdf = base64.b64decode(tab.call("Page.printToPDF", preferCSSPageSize=True)["data"])
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    print(f"paper: {pages} pages")
    if not pdf.startswith(b"%PDF-") or pages < 1:
        wrong.append("paper: no PDF came out")
    if shots:
        with open(os.path.join(shots, "paper.pdf"), "wb") as f:
            f.write(pdf)
    return wrong


def main():
    page, shots = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    if shots:
        os.makedirs(shots, exist_ok=True)
    with open(os.path.join(HERE, "inspect.js"), encoding="utf-8") as f:
        inspect = f.read()
    wrong = []
    with Chromium() as browser:
        tab = browser.open(page)
        for scheme in "light", "dark":
            for place, width in ("desk", 1280), ("wide", 1600), ("phone", 390):
                wrong += look(tab, inspect, f"{scheme} {place}", shots, width=width, scheme=scheme)
        wrong += look_at_paper(tab, shots)
    for w in wrong:
        print("WRONG", w)
    return 1 if wrong else 0


sys.exit(main())
