# SPDX-License-Identifier: BSD-2-Clause
"""A headless Chromium, spoken to over a pipe (the DevTools protocol); no package is needed."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Chromium:
    """with Chromium() as browser: tab = browser.open(path)"""

    def __init__(self, program="chromium", timeout=60):
        self.program, self.timeout = program, timeout

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="hilum-browser.")
        to_browser, self.to = os.pipe()
        self.back, from_browser = os.pipe()
        flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-extensions",
                 "--disable-background-networking", "--disable-component-update",
                 "--force-color-profile=srgb", "--remote-debugging-pipe",
                 f"--user-data-dir={self.profile}"]
        if os.geteuid() == 0:  # its sandbox is not for root
            flags.append("--no-sandbox")
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "sh", self.program,
             *flags, "about:blank"],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.bytes, self.events = 0, b"", []
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (OSError, RuntimeError):
            self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _message(self, until):
        while b"\0" not in self.bytes:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                raise RuntimeError("the browser does not answer")
            chunk = os.read(self.back, 1 << 20)
            if not chunk:
                raise RuntimeError("the browser has ended")
            self.bytes += chunk
        one, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, session=None, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if session:
            request["sessionId"] = session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        until = time.monotonic() + self.timeout
        while True:
            message = self._message(until)
            if message.get("id") != self.number:
                self.events.append(message)
            elif "error" in message:
                raise RuntimeError(f"{method}: {message['error']['message']}")
            else:
                return message["result"]

    def wait_for(self, event):
        until = time.monotonic() + self.timeout
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self._message(until))

    def open(self, path):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Tab(self, session, path)


class Tab:
    def __init__(self, browser, session, path):
        self.browser, self.session = browser, session
        self.url = "file://" + os.path.abspath(path)
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(domain + ".enable")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def load(self, width, scheme="light", media="screen"):
        """Loads the page anew, as a screen of that width and colour scheme shows it."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.browser.events = []
        self.call("Page.navigate", url=self.url)
        self.browser.wait_for("Page.loadEventFired")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def complaints(self):
        """What the console shows, since the page was loaded."""
        said = []
        for e in self.browser.events:
            params = e.get("params", {})
            if e.get("method") == "Log.entryAdded":
                said.append(params["entry"]["text"])
            elif e.get("method") == "Runtime.exceptionThrown":
                said.append(params["exceptionDetails"]["text"])
            elif e.get("method") == "Runtime.consoleAPICalled":
                said.append(str(params["args"]))
        return said

    def requests(self):
        """What was asked for besides the page itself and data that it carries."""
        asked = [e["params"]["request"]["url"] for e in self.browser.events
                 if e.get("method") == "Network.requestWillBeSent"]
        return [u for u in asked if u != self.url and not u.startswith("data:")]
