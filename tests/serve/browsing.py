"""The pages at an address of this machine, and a browser's tab that notes everything it says and asks for.

Pictures of the pages are kept for people where DETECTOR_SCREENSHOTS names a folder.
"""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from detector.cases import read_cases
from detector.serve.server import bound, prepared
from detector.serve.settings import Limits, Serving

PHONE, DESK = 390, 1200
PATIENCE = 300
"""Seconds for anything: a machine may be busy with other tests."""

WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


class Server:
    """The pages at an address of this machine, by a thread."""

    def __init__(self, folder: Path, cases: Path) -> None:
        self.cases, self.said = cases, list[str]()
        self._socket = bound(0)
        self.port = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._server = prepared(
            Serving(folder, cases, reviewer="kim", limits=Limits(seconds=PATIENCE)),
            self.port,
            self.said.append,
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def token(self) -> str:
        return self.said[-1].rpartition(" ")[2]

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


class Visit:
    """A browser's tab, and everything it said and asked for."""

    def __init__(self, browser: Any, server: Server, width: int, **options: Any) -> None:
        self.server, self.width = server, width
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def go(self, path: str) -> Any:
        answer = self.page.goto(self.server.address + path)
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def follow(self, found: Any) -> None:
        """Click on something that leads to another page, and wait until that is there with its styles."""
        with self.page.expect_navigation():
            found.click()

    def check(self, name: str = "") -> None:
        """The page fits, has no barrier, and nothing was said or asked for elsewhere since the visit began."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        assert barriers(self.page) == []
        assert self.said == []
        assert [url for url in self.asked if not url.startswith(self.server.address + "/")] == []
        kept = os.environ.get("DETECTOR_SCREENSHOTS")
        if kept and name:
            self.page.screenshot(path=str(Path(kept) / f"{name}-{self.width}.png"), full_page=True)


def barriers(page: Any) -> list[str]:
    """What axe-core finds, each with the first element it found it on."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found]


def answers(server: Server) -> list[tuple[str, str, str]]:
    cases = read_cases(server.cases) if server.cases.exists() else ()
    return [(case.label, case.axis, case.note) for case in cases]
