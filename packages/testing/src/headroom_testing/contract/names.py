"""Names of all sorts: keys, namespaces and holders that are nearly one another."""

from __future__ import annotations

from headroom import Record, Store
from headroom_testing.contract.base import Capability, ContractBase, needs
from headroom_testing.contract.leasing import hold, release
from headroom_testing.contract.records import digest, make, original, put, write

__all__ = ["ODD_NAMES", "NameTests"]

#: No two of them are one name, whatever folds case, normalises, strips, cuts, or reads patterns.
ODD_NAMES = (
    "", " ", "a", "A", "a ", " a", "a\n", "a\r\n", "a\t", "a\0", "a\0b", "\0",
    "\u00e1", "\u00c1", "a\u0301", "\ufb01", "fi", "\u00df", "ss", "\U0001d482", "\ufeffa",
    "a\u200b", "\ud800", "\udfff", "\ufffd", "\u043a\u043b\u044e\u0447", "\u0430",
    "1", "01", "1.0", "1e0", "null", "None", "*", "a*", "?", "[a]", "%", "a%", "%61", "a+",
    "a\\n", "_", "^a", "default", "a\\b",
    "{a}", "{", "}", "a:b", "a::b", "a/", "a/b", "a//b", "../a", ".", "'", '"', "\\", "a;b", "a,b",
)  # fmt: skip


class NameTests(ContractBase):
    """Each name is a name of its own."""

    #: How long a name may be at least, in characters.
    long_name: int = 2000

    def names(self) -> list[str]:
        """Odd names, and such as differ in the last character of a long one."""
        # Of one byte in UTF-8 each, and of two.
        long = ["x" * (self.long_name - 1), "\u043a" * (self.long_name - 1)]
        return [*ODD_NAMES, *(first + last for first in long for last in "xyX")]

    def test_each_key_is_a_key_of_its_own(self, store: Store) -> None:
        names = self.names()
        for name in names:
            write(store, name, f"content of {name}", view=name)
        assert [header.key for header in store.headers("space")] == names
        for name in names:
            assert original(store, name) == f"content of {name}"
        for name in names[::2]:
            assert store.delete("space", name)
        assert [header.key for header in store.headers("space")] == names[1::2]
        for number, name in enumerate(names):
            assert isinstance(store.get("space", name), Record) == bool(number % 2)

    def test_each_namespace_is_a_namespace_of_its_own(self, store: Store) -> None:
        names = self.names()
        for name in names:
            write(store, "key", f"content of {name}", view="view", namespace=name)
        for name in names:
            assert original(store, "key", namespace=name) == f"content of {name}"
            assert store.view_origin(name, digest("view")) == digest(f"content of {name}")
            assert (len(store.headers(name)), store.usage(name).entries) == (1, 1)
        for name in names[::2]:
            assert store.clear(name) == 1
        for number, name in enumerate(names):
            assert isinstance(store.get(name, "key"), Record) == bool(number % 2)
            assert store.usage(name).entries == number % 2

    @needs(Capability.LEASES)
    def test_each_holder_is_a_holder_of_its_own(self, store: Store) -> None:
        names = self.names()
        for number, name in enumerate(names):
            hold(store, name, f"content {number}", seconds=100)
            assert put(store, make(f"{number}", f"content {number}", number + 1), ttl=1)
        self.advance(5)
        for number, name in enumerate(names):
            release(store, name)
            left = [f"{later}" for later in range(number + 1, len(names))]
            assert [header.key for header in store.headers("space")] == left, (
                f"{name!r} is taken for another holder"
            )
