"""What the node types of the grammars mean to us. The same word means the same in all of them."""

from __future__ import annotations

import re

from headroom.kinds.code.outlines.syntax import Node, Read

__all__ = [
    "BLOCKS",
    "COMMENTS",
    "CONTAINERS",
    "DATA_BLOCKS",
    "FIELDS",
    "FUNCTIONS",
    "IMPORTS",
    "OPEN_BLOCKS",
    "is_declaration",
    "is_group",
    "main_node",
    "name_of",
    "scope_in",
]

COMMENTS = frozenset(("comment", "line_comment", "block_comment"))

FUNCTIONS = frozenset(
    """
    function_declaration function_definition function_item function_signature
    function_signature_item function_expression generator_function generator_function_declaration
    arrow_function method method_definition method_declaration method_signature
    abstract_method_signature method_elem method_spec singleton_method constructor_declaration
    compact_constructor_declaration
    destructor_declaration operator_declaration conversion_operator_declaration
    local_function_statement function_declarator macro_definition preproc_function_def
    init_declaration deinit_declaration subscript_declaration protocol_function_declaration
    secondary_constructor
    """.split()
)

CONTAINERS = frozenset(
    """
    class class_declaration abstract_class_declaration class_definition class_specifier
    struct_specifier union_specifier enum_specifier struct_item union_item enum_item trait_item
    impl_item mod_item interface_declaration struct_declaration record_declaration enum_declaration
    trait_declaration annotation_type_declaration namespace_definition namespace_declaration
    internal_module module singleton_class type_alias_declaration type_declaration
    linkage_specification foreign_mod_item class_expression protocol_declaration object_declaration
    companion_object
    """.split()
)

IMPORTS = frozenset(
    """
    import_statement import_declaration package_clause package_declaration preproc_include
    use_declaration extern_crate_declaration using_directive using_declaration
    namespace_use_declaration file_scoped_namespace_declaration import package_header
    """.split()
)

FIELDS = frozenset(
    """
    const_declaration var_declaration lexical_declaration variable_declaration const_item
    static_item declaration type_definition type_item preproc_def alias_declaration
    variable_assignment assignment_statement property_declaration typealias_declaration type_alias
    """.split()
)

#: Blocks between an opening and a closing line.
BLOCKS = frozenset(
    """
    statement_block block compound_statement class_body declaration_list field_declaration_list
    enum_body enum_body_declarations interface_body object_type enumerator_list constructor_body
    switch_body switch_block match_block enum_variant_list enum_member_declaration_list
    enum_declaration_list annotation_type_body class_static_block accessor_list
    preproc_if preproc_ifdef function_body enum_class_body protocol_body computed_property
    lambda_literal
    """.split()
)

#: Literals with elements that end in a comma.
DATA_BLOCKS = frozenset(
    """
    object array initializer_list literal_value array_initializer initializer_expression
    array_creation_expression hash table_constructor
    """.split()
)

#: Blocks without a closing line of their own: after their first line, or the whole of them.
OPEN_BLOCKS = {
    "preproc_else": "after",
    "preproc_elif": "after",
    "body_statement": "whole",
    "block_body": "whole",
    "then": "whole",
}

# Around declarations, and in what field or at what place it stands.
_WRAPPERS = frozenset(
    """
    export_statement template_declaration ambient_declaration declaration lexical_declaration
    variable_declaration variable_declarator expression_statement assignment_expression pair
    public_field_definition field_definition field_declaration init_declarator pointer_declarator
    reference_declarator type_definition decorated_definition property_declaration call_expression
    assignment_statement expression_list
    """.split()
)

_FIELD_NAMES = ("declaration", "declarator", "value", "right", "type")

_ANONYMOUS = frozenset(("arrow_function", "function_expression", "class", "class_expression"))

#: What is called to group tests, or to define a module.
_GROUPS = frozenset(("describe", "context", "suite", "define", "module"))

_NAMES = frozenset(
    """
    operator_name destructor_name operator_cast dot_index_expression method_index_expression
    """.split()
)

#: What has no name, and is known by the word for it.
_NAMED_BY_WORD = {
    "companion_object": "companion",
    "secondary_constructor": "constructor",
    "init_declaration": "init",
    "deinit_declaration": "deinit",
    "subscript_declaration": "subscript",
}

#: What a function of Lua stands in: ``module.name``, ``class:name``.
_LAST_OF_A_PATH = re.compile(r"^(?:\w+[.:])+(?=\w)")

#: The same, and a method of Go after what it belongs to.
_SCOPED = re.compile(
    r"(?P<scope>\w+)(?:<[^<>\n]{0,80}>)?(?:::|[.:])~?(?=(?P<name>\w+))"
    r"|\bfunc \((?:\w+ )?\*?(?P<receiver>\w+)(?:\[[^\]\n]{0,80}\])?\) (?P<method>\w+)"
)

_DEPTH = 8


def is_declaration(node: Node) -> bool:
    """Whether a node is sound by itself, even if what it stands in is not."""
    kind = node.type
    return (
        kind in COMMENTS
        or kind in IMPORTS
        or kind in FIELDS
        or kind in CONTAINERS
        or (kind in FUNCTIONS and kind != "function_declarator")
        or kind.startswith("preproc_")
    )


def main_node(node: Node) -> Node:
    """The function or class that a statement is about; else the statement.

    ``export const f = () => {}`` is about the arrow function, ``int f(void);`` about its
    declarator.
    """
    found = node
    for _ in range(_DEPTH):
        if found.type in FUNCTIONS or found.type in CONTAINERS:
            return found
        if found.type == "call_expression":
            return _callback(found) or node
        if found.type not in _WRAPPERS:
            break
        candidates = [
            child
            for field in _FIELD_NAMES
            for child in found.children_by_field_name(field)
            if child.type in FUNCTIONS or child.type in CONTAINERS or child.type in _WRAPPERS
        ]
        candidates = candidates or [
            child
            for child in found.named_children[:4]
            if child.type in FUNCTIONS or child.type in CONTAINERS or child.type in _WRAPPERS
        ]
        if not candidates:
            break
        found = candidates[0]
    if node.type in _WRAPPERS and found.type in _WRAPPERS:
        inner = node.child_by_field_name("declaration")
        return inner or node
    return node


def _callback(call: Node) -> Node | None:
    """The function in ``test("adds numbers", () => {})``: one with a name that is a string."""
    arguments = call.child_by_field_name("arguments")
    given = arguments.named_children[:4] if arguments is not None else []
    if len(given) < 2 or given[0].type not in ("string", "template_string"):
        return None
    return next((node for node in given if node.type in _ANONYMOUS), None)


def is_group(node: Node, read: Read) -> bool:
    """Whether a function is one in ``describe("numbers", () => {})``, which holds others."""
    if node.type not in _ANONYMOUS:
        return False
    call = node.parent.parent if node.parent is not None else None
    if call is None or call.type != "call_expression":
        return False
    called = call.child_by_field_name("function")
    return called is not None and _text(called, read).partition(".")[0] in _GROUPS


def _is_bound(node: Node) -> bool:
    """Whether it has no name of its own."""
    if node.type == "function_definition":
        return node.parent is not None and node.parent.type == "expression_list"
    return node.type in _ANONYMOUS and node.child_by_field_name("name") is None


def name_of(node: Node, read: Read) -> str:
    """The name of a function or a class; ``""`` if it has none."""
    if node.type in _NAMED_BY_WORD:
        return _NAMED_BY_WORD[node.type]
    found: Node | None = node
    if _is_bound(node):
        # It is called what it is bound to.
        found = node.parent
    if found is not None and found.type == "expression_list":
        found = found.prev_named_sibling
    for _ in range(_DEPTH):
        if found is None:
            break
        if not found.children or found.type in _NAMES:
            return _LAST_OF_A_PATH.sub("", _text(found, read))
        inner = None
        for field in ("name", "declarator", "left", "key", "property", "type"):
            inner = found.child_by_field_name(field)
            if inner is not None:
                break
        found = inner or next(iter(found.named_children), None)
    return ""


def scope_in(head: str, name: str) -> str:
    """What a declaration belongs to, where it says so itself.

    >>> scope_in("void LRUCache::Prune() {", "Prune"), scope_in("func (c *Cache[T]) Get() {", "Get")
    ('LRUCache', 'Cache')
    """
    if not ("func (" in head or any(f"{sign}{name}" in head for sign in (":", ".", ":~", ".~"))):
        return ""
    match = _SCOPED.search(head)
    while match is not None:
        if (match["name"] or match["method"]) == name:
            return match["scope"] or match["receiver"]
        match = _SCOPED.search(head, match.end())
    return ""


def _text(node: Node, read: Read) -> str:
    return read(node).decode("utf-8", "replace")
