"""What can go wrong and what a person can do about it.

DeskError                     carries a stable `code` and one plain sentence
├─ UnreadableDocument         broken, empty, or not a document at all
│  ├─ DocumentTooLarge        over a limit; the sentence names the limit
│  └─ DocumentMissing         moved, deleted, or not allowed to be read
├─ PasswordNeeded             encrypted; the first or another password is needed
├─ PageTimeout                opening, drawing or reading a page took too long
├─ PageCrashed                the page process ended on this page
├─ ModelIncomplete            a model folder lacks files or has unsafe ones
│  └─ ModelMissing            there is no such folder any more
├─ ModelUnsupported           a model family or setting that this program does not run
├─ AdapterMismatch            an adapter made for another model
├─ OutOfMemory                needed_bytes and free_bytes say how far it is from fitting
├─ QuestionUnanswerable       the question cannot be put to the model as it stands
├─ RemoteFailed               a server that the person named did not answer as it should
├─ EngineEnded                the engine process ended; the sentence says how
├─ FetchFailed                a model could not be fetched; what arrived so far is kept
│  ├─ ModelUnknown            nothing of that name, or no longer there
│  ├─ ModelGated              its owner asks for an agreement or an account first
│  ├─ ServerUnreachable       no connection, or one that keeps breaking
│  ├─ ServerBusy              the server asks to come back later
│  ├─ DamagedDownload         what arrived is not what was announced; it is thrown away
│  └─ DiskFull                needed_bytes and free_bytes say how far it is from fitting
├─ BatchUnusable              the kept answers of batches cannot be read or written
├─ FolderUnusable             the program's own folder cannot be made or used
└─ ProtocolError              our own bug: a message neither side should have sent
"""

from __future__ import annotations

from typing import ClassVar


class DeskError(Exception):
    """Something a person can act on: the message is a plain sentence with the next step."""

    code: ClassVar[str] = "error"


class UnreadableDocument(DeskError):
    """The file is broken, empty or no document."""

    code = "unreadable_document"


class DocumentTooLarge(UnreadableDocument):
    """The file or a picture in it is over a limit."""

    code = "document_too_large"


class DocumentMissing(UnreadableDocument):
    """The file is gone or may not be read."""

    code = "document_missing"


class PasswordNeeded(DeskError):
    """The document is encrypted and the password is missing or wrong."""

    code = "password_needed"


class PageTimeout(DeskError):
    """A page took longer than its deadline."""

    code = "page_timeout"


class PageCrashed(DeskError):
    """The page process ended while working on a page."""

    code = "page_crashed"


class ModelIncomplete(DeskError):
    """A model folder lacks something or holds something unsafe."""

    code = "model_incomplete"


class ModelMissing(ModelIncomplete):
    """The model's folder is gone."""

    code = "model_missing"


class ModelUnsupported(DeskError):
    """A model this program does not run."""

    code = "model_unsupported"


class AdapterMismatch(DeskError):
    """An adapter that belongs to another model."""

    code = "adapter_mismatch"


class OutOfMemory(DeskError):
    """The model or the question does not fit; sizes in bytes, 0 when unknown."""

    code = "out_of_memory"

    def __init__(self, message: str, needed_bytes: int = 0, free_bytes: int = 0) -> None:
        super().__init__(message)
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class QuestionUnanswerable(DeskError):
    """The question cannot be put to the model as it stands."""

    code = "question_unanswerable"


class RemoteFailed(DeskError):
    """A server that the person named could not answer."""

    code = "remote_failed"


class EngineEnded(DeskError):
    """The engine process ended."""

    code = "engine_ended"


class BatchUnusable(DeskError):
    """The kept answers of batches cannot be read or written."""

    code = "batch_unusable"


class FolderUnusable(DeskError):
    """The program's own folder cannot be made or used."""

    code = "folder_unusable"


class ProtocolError(DeskError):
    """A message that neither side should have sent."""

    code = "protocol_error"


class FetchFailed(DeskError):
    """A model could not be fetched."""

    code = "fetch_failed"


class ModelUnknown(FetchFailed):
    """There is no such model on the server, or not any more."""

    code = "model_unknown"


class ModelGated(FetchFailed):
    """The model's owner asks for an agreement or an account."""

    code = "model_gated"


class ServerUnreachable(FetchFailed):
    """No connection to the server, or one that keeps breaking."""

    code = "server_unreachable"


class ServerBusy(FetchFailed):
    """The server asks to come back later; `wait_s` is in how many seconds."""

    code = "server_busy"

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class DamagedDownload(FetchFailed):
    """What arrived is not what was announced."""

    code = "damaged_download"


class DiskFull(FetchFailed):
    """The model does not fit on the disk; sizes in bytes, 0 when unknown."""

    code = "disk_full"

    def __init__(self, message: str, needed_bytes: int = 0, free_bytes: int = 0) -> None:
        super().__init__(message)
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes
