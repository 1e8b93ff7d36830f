"""What the main window holds of a server: the strip, the question, and the way back.

It is off at every start. Whether it is on is what the asking panel's presenter says, so that the
strip cannot tell another story.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.ask.presenter import AskPresenter
from app.kept import Kept
from app.remote import words
from app.remote.strip import RemoteStrip
from vlm import remote_address
from vlm.system_refusals import reason
from vlm.types import ModelInfo, Server

NAME = "server.json"

_log = logging.getLogger(__name__)


class RemoteDoor(QObject):
    """Asks before pages may leave, shows it while they may, and turns it off.

    Signals:
        turned_off(): The person wants nothing sent any more; load what the settings say.
        said(str): A plain sentence for the person.

    Args:
        window: The main window.
        asking: Connects the server.
        folder: Where a server that the person wants remembered is kept.
    """

    turned_off = Signal()
    said = Signal(str)

    def __init__(self, window: QWidget, asking: AskPresenter, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._asking = asking
        self._kept = Kept(folder / NAME, Server)
        self._server: Server | None = None
        self.strip = RemoteStrip()
        self.strip.off_pressed.connect(self.turned_off)
        asking.server_changed.connect(self._on_server)
        asking.model_changed.connect(self._on_model)

    @Slot()
    def open(self) -> None:
        """Ask which server, and whether pages may be sent there."""
        from app.remote.dialog import ConnectDialog

        dialog = ConnectDialog(self._kept.load(), self._window)
        dialog.agreed.connect(self._on_agreed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object, bool)
    def _on_agreed(self, server: Server, remember: bool) -> None:
        try:
            self._kept.save(server if remember else None)
        except OSError as error:
            self.said.emit(f"The server could not be remembered: {reason(error)}.")
        self._asking.load_server(server)

    @Slot(object)
    def _on_server(self, server: Server | None) -> None:
        self._server = server
        if server is None:
            self.strip.say("")
        else:
            address = remote_address.parse(server.address)
            _log.info("Pages that are asked about are sent to a server from now on")
            self.strip.say(words.connecting(address))

    @Slot(object)
    def _on_model(self, model: ModelInfo | None) -> None:
        if self._server is not None and model is not None:
            self.strip.say(words.on(remote_address.parse(self._server.address)))
