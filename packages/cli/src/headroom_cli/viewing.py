"""``headroom compress``: a view of a file."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Optional

import typer

import headroom
from headroom import CompressResult, SharedContext
from headroom_cli.failures import told
from headroom_cli.figures import as_json, result_fields, summary
from headroom_cli.files import name_of, read_text
from headroom_cli.stores import opened
from headroom_cli.terminal import emit, note, working

__all__ = [
    "FidelityName", "FidelityOption", "FileArgument", "KindOption", "MaxTokensOption",
    "ModelOption", "NamespaceOption", "QueryOption", "StoreOption", "compress", "view_of",
]  # fmt: skip

#: Places of omissions that ``--explain`` names.
_PLACES = 20


class FidelityName(str, Enum):
    """How much may be left out."""

    lossless = "lossless"
    balanced = "balanced"
    compact = "compact"


FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="A file, or - for what is piped in.")
]
QueryOption = Annotated[
    Optional[str], typer.Option("--query", "-q", help="What the reader wants to know.")
]
MaxTokensOption = Annotated[
    Optional[int], typer.Option("--max-tokens", "-t", min=1, help="The most tokens of the view.")
]
FidelityOption = Annotated[
    FidelityName, typer.Option("--fidelity", "-f", help="How much may be left out.")
]
KindOption = Annotated[
    Optional[str],
    typer.Option("--kind", "-k", help="What the payload is, where that is not to be found out."),
]
ModelOption = Annotated[str, typer.Option("--model", help="Whose tokens are counted.")]
StoreOption = Annotated[
    Optional[str],
    typer.Option(
        "--store",
        "-s",
        envvar="HEADROOM_STORE",
        help="Where originals are, as sqlite:///context.db.",
    ),
]
NamespaceOption = Annotated[
    str, typer.Option("--namespace", "-n", help="Whose entries, where several share a store.")
]


def compress(
    file: FileArgument,
    query: QueryOption = None,
    max_tokens: MaxTokensOption = None,
    fidelity: FidelityOption = FidelityName.balanced,
    kind: KindOption = None,
    as_json_: Annotated[
        bool, typer.Option("--json", help="The view and all figures as JSON.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say on stderr what was done, and why.")
    ] = False,
    model: ModelOption = "gpt-4o",
    store: StoreOption = None,
    key: Annotated[
        Optional[str],
        typer.Option("--key", help="Keep the original in the store under this key."),
    ] = None,
    namespace: NamespaceOption = "default",
) -> None:
    """A view of FILE on stdout, figures on stderr.

    \b
    headroom compress orders.json
    kubectl logs api | headroom compress - --query "why did it crash"
    headroom compress orders.json --store sqlite:///context.db --key orders
    """
    text = read_text(file)
    with working(f"compressing {name_of(file)}"):
        if key is not None:
            with opened(store, namespace, model, create=True) as ctx:
                entry = ctx.put(
                    key,
                    text,
                    query=query,
                    max_tokens=max_tokens,
                    fidelity=fidelity.value,
                    kind=kind,
                )
            result = CompressResult(
                entry.compressed,
                entry.original_tokens,
                entry.compressed_tokens,
                entry.transforms,
                entry.kind,
                entry.lossless,
                entry.omissions,
                entry.failure,
            )
        else:
            result = view_of(text, query, max_tokens, fidelity, kind, model)
    emit(as_json(result_fields(result)) + "\n" if as_json_ else result.text)
    note(summary(name_of(file), result), "dim")
    if explain:
        _explain(text, result, query, model)


def view_of(
    text: str,
    query: str | None,
    max_tokens: int | None,
    fidelity: FidelityName,
    kind: str | None,
    model: str,
) -> CompressResult:
    """A view as the options of a command ask for it.

    Raises:
        Failure: An option makes no sense.

    """
    with told():
        return headroom.compress(
            text,
            query=query,
            max_tokens=max_tokens,
            fidelity=fidelity.value,
            kind=kind,
            model=model,
        )


def _explain(text: str, result: CompressResult, query: str | None, model: str) -> None:
    counter = headroom.get_counter(model)
    counted = "exactly" if counter.exact else "by another vocabulary or an estimate"

    def say(what: str, value: str) -> None:
        note(f"  {what:<10}{value}")

    say("kind", result.kind)
    say("counted", f"{counted} ({counter.name}, for {model})")
    with told(), SharedContext(model) as ctx:
        # What an adapter would do, with what its tool costs.
        say("handed on", ctx.explain(text, query=query).reason)
    if result.lossless and result.transforms:
        say("lossless", "headroom.decode reads the data back from the view alone")
    for number, one in enumerate(result.omissions[:_PLACES]):
        say("left out" if number == 0 else "", one.where)
    if len(result.omissions) > _PLACES:
        say("", f"and {len(result.omissions) - _PLACES:,} more; --json has all")
