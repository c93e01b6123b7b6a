"""Personal data at rest: sealed with SM4-GCM, found again by an HMAC-SM3 blind index.

The algorithms are the national ones: SM4 (GB/T 32907), GCM (GB/T 36624), SM3 (GB/T 32905). A sealed
value is: format (1 byte, 1), key id (2), nonce (12, random), ciphertext, tag (16). Format, key id
and purpose are authenticated with it, so a value copied into another row or column does not open.
"""

from __future__ import annotations

import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hmac import HMAC

from engine.errors import LianbanError
from engine.store.journal import canonical_json
from engine.store.keys import Keys

Purpose = tuple[str | int, ...]  # table, column, and what the row belongs to, such as a case number

FORMAT = 1
HEAD, NONCE, TAG = 3, 12, 16  # bytes
# Without what is mistaken for something else when it is read out or written down: 0 O, 1 I L, U V.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 8


class Unsealable(LianbanError):
    """A sealed value does not open: damaged, moved, or its key is missing."""

    status = 500
    code = "unsealable"


def seal(keys: Keys, purpose: Purpose, value: Any) -> bytes:
    """Encrypt bytes, text or a JSON value for exactly this `purpose`."""
    head = bytes([FORMAT]) + keys.current.to_bytes(2)
    nonce = os.urandom(NONCE)
    encryptor = Cipher(SM4(keys.sealing[keys.current]), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(_associated(head, purpose))
    ciphertext = encryptor.update(_to_plain(value)) + encryptor.finalize()
    return head + nonce + ciphertext + encryptor.tag


def unseal(keys: Keys, purpose: Purpose, sealed: bytes) -> Any:
    """Return what was sealed for `purpose`, as the type that it had. Raises `Unsealable`."""
    head, nonce = sealed[:HEAD], sealed[HEAD : HEAD + NONCE]
    ciphertext, tag = sealed[HEAD + NONCE : -TAG], sealed[-TAG:]
    key = keys.sealing.get(int.from_bytes(head[1:]))
    if len(sealed) < HEAD + NONCE + TAG or head[0] != FORMAT or key is None:
        raise _unsealable()
    decryptor = Cipher(SM4(key), GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(_associated(head, purpose))
    try:
        return _from_plain(decryptor.update(ciphertext) + decryptor.finalize())
    except InvalidTag as error:
        raise _unsealable() from error


def index(keys: Keys, purpose: Purpose, normalised: str) -> str:
    """Return the blind index of `normalised`: 64 hex digits, equal for equal values of a purpose.

    Here a purpose names what is compared, such as ("id-number",), never a row.
    """
    return _mac(keys.index, canonical_json([*purpose, normalised])).hex()


def query_code(keys: Keys, case_number: str) -> str:
    """Return the 8 characters that let the public see the progress of `case_number`."""
    number = int.from_bytes(_mac(keys.query, case_number))
    code = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_LETTERS))
        code += CODE_LETTERS[place]
    return code


def query_code_fits(keys: Keys, case_number: str, code: str) -> bool:
    """Compare in constant time; small letters and blanks around are forgiven."""
    given = code.strip().upper().encode("utf-8", "replace")
    return hmac.compare_digest(query_code(keys, case_number).encode(), given)


def _mac(key: bytes, text: str) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(text.encode())
    return mac.finalize()


def _associated(head: bytes, purpose: Purpose) -> bytes:
    return head + canonical_json(purpose).encode()


def _to_plain(value: Any) -> bytes:
    if isinstance(value, bytes):
        return b"b" + value
    if isinstance(value, str):
        return b"t" + value.encode()
    return b"j" + canonical_json(value).encode()


def _from_plain(plain: bytes) -> Any:
    kind, rest = plain[:1], plain[1:]
    if kind == b"b":
        return rest
    return rest.decode() if kind == b"t" else json.loads(rest)


def _unsealable() -> Unsealable:
    return Unsealable(
        "加密数据无法解开：数据已损坏，或密钥缺失。请管理员检查密钥文件夹。",
        "A sealed value does not open: it is damaged or its key is missing. "
        "An administrator should check the keys folder.",
    )
