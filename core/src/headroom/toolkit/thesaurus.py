"""Words of one meaning: what a question and the output of a program say differently.

Chosen by hand from how programs, protocols and APIs name things: the severities of syslog
(RFC 5424), the reason phrases of HTTP (RFC 9110), the codes of gRPC, signals and exit states of
processes, the verbs of CRUD interfaces and of package and process managers, and the plain words
in which people ask for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from headroom.scanning import terms

__all__ = ["MARK", "meanings", "words_of_meaning"]

#: What a meaning begins with among terms; no word does.
MARK = "\u2248"

_MEANINGS = {
    "fail": """
        fail failed failure failing fails error errors errored err exception exceptions fatal
        denied deny denies refused rejected reject unauthorized unauthorised forbidden invalid
        illegal crash crashed crashing crashes panic panicked abort aborted timeout missing
        unavailable unreachable unhealthy broken faulty fault faults wrong unsuccessful
        problem problems trouble traceback critical emergency oom oomkilled crashloopbackoff
        backoff evicted expired conflict throttled
    """,
    "warn": "warn warning warnings warned deprecated deprecation caution",
    "pass": "succeed succeeded success successful pass passed passes ok okay healthy",
    "start": "start started starting starts startup begin began beginning launch launched boot "
    "booted bootstrap spawn spawned initialize initialized initialise initialised initializing",
    "stop": "stop stopped stopping stops end ended finish finished terminate terminated "
    "terminating termination shutdown halt halted exit exited kill killed quit",
    "remove": "remove removed removing removes removal delete deleted deleting deletes deletion "
    "destroy destroyed drop dropped erase erased purge purged uninstall uninstalled unlink",
    "create": "create created creating creates creation add added adding adds new insert inserted "
    "provision provisioned register registered",
    "change": "change changed changes changing modify modified modification modifies update "
    "updated updates updating edit edited alter altered rename renamed patch patched",
    "get": "get gets fetch fetched fetches retrieve retrieved read reads lookup obtain query",
    "find": "find finds search searches searched locate locates lookup",
    "send": "send sends sent sending publish published emit emitted post posted dispatch "
    "dispatched deliver delivered transmit transmitted",
    "cost": "cost costs price prices priced amount amounts fee fees charge charges charged "
    "expense expenses spend spent",
    "total": "total totals sum sums overall altogether subtotal aggregate",
    "most": "largest biggest greatest highest maximum max maximal most longest peak",
    "least": "smallest lowest minimum min minimal least fewest shortest",
    "mean": "mean average avg median",
    "cheap": "cheap cheapest cheaper inexpensive",
    "dear": "expensive costly dearest pricey",
    "who": "author authors owner owners user users creator assignee reporter committer "
    "maintainer maintainers member members person people",
    "when": "date dates time times timestamp timestamps datetime day",
    "memory": "memory ram mem heap",
    "disk": "disk disks storage volume volumes filesystem",
    "processor": "cpu cpus processor processors core cores",
    "network": "network networking net",
    "address": "address addresses ip host hostname",
    "kind": "kind kinds type types category categories",
    "state": "state states status statuses condition conditions phase",
    "reason": "reason reasons cause causes caused because why",
    "dependency": "dependency dependencies requires requirement requirements depends package "
    "packages",
    "setting": "setting settings config configuration configure configured option options "
    "parameter parameters preference preferences",
    "directory": "directory directories folder folders dir",
    "function": "function functions method methods func procedure",
    "permission": "permission permissions privilege privileges allowed authorization authorized "
    "access",
    "login": "login signin logon authenticate authenticated authentication auth",
    "vulnerable": "vulnerability vulnerabilities cve cves vulnerable advisory",
    "slow": "slow slower slowest latency delay delays delayed lag",
    "fast": "fast faster fastest quick quickest",
    "buy": "buy bought purchase purchased purchases order ordered",
    "place": "place location locations city region where",
    "picture": "image images picture pictures photo photos screenshot",
    "customer": "customer customers client clients buyer",
    "issue": "issue issues bug bugs ticket tickets defect defects",
    "test": "test tests testing",
    "version": "version versions release releases released",
    "license": "license licence licensed licenses",
}  # fmt: skip


# Some hundred words are stemmed for these, which only a question has need of.
@cache
def _meanings_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for meaning, words in _MEANINGS.items():
        for term in dict.fromkeys(terms(words)):
            found[term] = (*found.get(term, ()), MARK + meaning)
    return found


@cache
def _terms_of() -> dict[str, frozenset[str]]:
    return {MARK + meaning: frozenset(terms(words)) for meaning, words in _MEANINGS.items()}


def meanings(found: Sequence[str]) -> list[str]:
    """What some terms mean, as marked terms of their own; most words mean only themselves.

    >>> meanings(["deny", "queen"]) == meanings(["fail"])
    True
    """
    known = _meanings_of()
    return [meaning for term in found if term in known for meaning in known[term]]


def words_of_meaning(meaning: str) -> frozenset[str]:
    """The terms that have a marked meaning; none for anything else."""
    return _terms_of().get(meaning, frozenset())
