"""Stores that take one name for another."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import unquote

from planting import Renaming, found_by

from headroom import Missing, Record, StoreError

KEYS = "test_each_key_is_a_key_of_its_own"
SPACES = "test_each_namespace_is_a_namespace_of_its_own"
HOLDERS = "test_each_holder_is_a_holder_of_its_own"


@found_by(KEYS)
class NormalisesKeys(Renaming):
    def key(self, name: str) -> str:
        return unicodedata.normalize("NFC", name)


@found_by(KEYS)
class NormalisesKeysCompatibly(Renaming):
    def key(self, name: str) -> str:
        return unicodedata.normalize("NFKC", name)


@found_by(KEYS)
class FoldsCase(Renaming):
    def key(self, name: str) -> str:
        return name.casefold()


@found_by(KEYS)
class LowersAscii(Renaming):
    """As ``LIKE`` and the collation NOCASE of SQLite do."""

    def key(self, name: str) -> str:
        return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in name)


@found_by(KEYS)
class TakesSlashesForOneAnother(Renaming):
    def key(self, name: str) -> str:
        return name.replace("\\", "/")


@found_by(SPACES)
class NoNameIsDefault(Renaming):
    def space(self, name: str) -> str:
        return name or "default"


@found_by(KEYS)
class StripsTrailingBlanks(Renaming):
    def key(self, name: str) -> str:
        return name.rstrip(" ")


@found_by(KEYS)
class StripsLines(Renaming):
    def key(self, name: str) -> str:
        return name.rstrip("\r\n")


@found_by(KEYS)
class EndsKeysAtNul(Renaming):
    def key(self, name: str) -> str:
        return name.split("\0")[0]


@found_by(KEYS, "test_lone_surrogates_and_nuls_anywhere")
class ReplacesSurrogates(Renaming):
    def key(self, name: str) -> str:
        return name.encode("utf-8", "replace").decode()


@found_by(KEYS)
class CutsLongKeys(Renaming):
    def key(self, name: str) -> str:
        return name[:255]


@found_by(KEYS)
class CutsVeryLongKeys(Renaming):
    def key(self, name: str) -> str:
        return name[:1024]


@found_by(KEYS)
class ReadsNumbers(Renaming):
    """As a column of numbers does."""

    def key(self, name: str) -> str:
        try:
            return str(float(name))
        except ValueError:
            return name


@found_by(KEYS)
class ReadsPaths(Renaming):
    def key(self, name: str) -> str:
        return name.replace("//", "/")


@found_by(KEYS)
class DropsByteOrderMarks(Renaming):
    def key(self, name: str) -> str:
        return name.removeprefix("\ufeff")


@found_by(KEYS)
class RefusesTheEmptyKey(Renaming):
    def key(self, name: str) -> str:
        if not name:
            raise StoreError("a key must not be empty")
        return name


@found_by(SPACES)
class EndsNamespacesAtNul(Renaming):
    def space(self, name: str) -> str:
        return name.split("\0")[0]


@found_by(SPACES)
class FoldsNamespaces(Renaming):
    def space(self, name: str) -> str:
        return name.casefold()


@found_by(SPACES)
class CutsLongNamespaces(Renaming):
    def space(self, name: str) -> str:
        return name[:1999]


@found_by(SPACES)
class ReplacesSurrogatesOfNamespaces(Renaming):
    def space(self, name: str) -> str:
        return name.encode("utf-8", "replace").decode()


@found_by(SPACES)
class TheEmptyNamespaceIsTheDefault(Renaming):
    def space(self, name: str) -> str:
        return name or "null"


@found_by(HOLDERS)
class FoldsHolders(Renaming):
    def holder(self, name: str) -> str:
        return name.casefold()


@found_by(HOLDERS)
class CutsHolders(Renaming):
    def holder(self, name: str) -> str:
        return name[:64]


@found_by("test_keys_and_namespaces_do_not_run_together")
class JoinsNames(Renaming):
    """Keeps all in one place, under the namespace and the key with a sign between."""

    def put(self, namespace: str, record: Record, **options: Any) -> bool:  # type: ignore[override]
        self.current = namespace
        return super().put("all", record, **options)

    def get(self, namespace: str, key: str, *, with_original: bool = True) -> Record | Missing:
        self.current = namespace
        return super().get("all", key, with_original=with_original)

    def key(self, name: str) -> str:
        return f"{self.current}::{name}"


@found_by(KEYS)
class FoldsAccentedLetters(Renaming):
    def key(self, name: str) -> str:
        return "".join(one if one.isascii() else one.lower() for one in name)


@found_by(KEYS)
class DropsTrailingSlashes(Renaming):
    def key(self, name: str) -> str:
        return name.rstrip("/") or name


@found_by(KEYS)
class ReadsPercents(Renaming):
    def key(self, name: str) -> str:
        return unquote(name, errors="surrogatepass")


@found_by(KEYS)
class ReadsPlusesAsBlanks(Renaming):
    def key(self, name: str) -> str:
        return name.replace("+", " ")


@found_by(KEYS)
class ReadsEscapes(Renaming):
    def key(self, name: str) -> str:
        return name.replace("\\n", "\n")


@found_by(KEYS)
class CutsKeysByTheirBytes(Renaming):
    """In the middle of a character as well."""

    def key(self, name: str) -> str:
        return name.encode("utf-8", "surrogatepass")[:3000].decode("latin-1")


@found_by(HOLDERS)
class NormalisesHolders(Renaming):
    def holder(self, name: str) -> str:
        return unicodedata.normalize("NFC", name)
