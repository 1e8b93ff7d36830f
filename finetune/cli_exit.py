"""Exit codes of the tuning commands, by the code of the error that ended them."""

from __future__ import annotations

from finetune.errors import AdapterInvalid, AdapterUnknown, ListUnreadable, NothingToTrain
from vlm.errors import AdapterMismatch, ModelIncomplete, ModelUnsupported, OutOfMemory

FAILED, NO_ROWS, NO_MODEL, NO_MEMORY, REFUSED, NOT_BETTER, INTERRUPTED = 1, 3, 5, 6, 8, 9, 130

EXIT_CODES = {
    ListUnreadable.code: NO_ROWS,
    ModelIncomplete.code: NO_MODEL,
    ModelUnsupported.code: NO_MODEL,
    AdapterMismatch.code: NO_MODEL,
    AdapterInvalid.code: NO_MODEL,
    AdapterUnknown.code: NO_MODEL,
    OutOfMemory.code: NO_MEMORY,
    NothingToTrain.code: REFUSED,
}
