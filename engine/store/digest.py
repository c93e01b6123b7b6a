"""The digest of a JSON value, by which the journal names what is sealed elsewhere."""

from __future__ import annotations

import hashlib
from typing import Any

from engine.store.journal import canonical_json


def digest_of(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, in hex."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
