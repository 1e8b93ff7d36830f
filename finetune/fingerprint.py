"""Names a model by what is in it, so that an adapter is only used with the model it is for."""

from __future__ import annotations

from vlm.fingerprint import base_fingerprint

__all__ = ["base_fingerprint"]
