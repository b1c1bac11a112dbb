"""Views of languages without a parser: by their words, their braces, their tags."""

from __future__ import annotations

import time

import pytest

from headroom import SharedContext
from headroom.kinds.code.recognise import looks_like_code
from headroom.source import Source

from .laws import COUNTER, check, compress

WAITS = "Lets the next one in, or waits until the period is over."
VUE = """<script setup lang="ts">
import { ref } from 'vue'

const { post } = defineProps<{ post: Post }>()
const isOpen = ref(false)
const titles = computed(() => post.titles)

async function remove(id: string) {
  isOpen.value = false
  await client.posts.remove(id)
  await nextTick()
  emit('removed', id)
  await reload({ quietly: true, after: id })
}
</script>

<template>
  <article class="post" :class="{ open: isOpen }">
    <header v-if="titles.length">
      <h2 v-for="title of titles" :key="title">
        {{ title }}
      </h2>
      <button type="button" @click="remove(post.id)">
        Remove this post from the list
      </button>
    </header>
    <footer>
      <slot name="footer" />
      <time :datetime="post.createdAt">{{ post.createdAt }}</time>
    </footer>
  </article>
</template>

<style scoped>
.post {
  display: grid;
  gap: 1rem;
  padding: 1rem;
}
</style>
"""
SVELTE = (
    VUE.replace(" setup", "")
    .replace("<template>\n", "")
    .replace("</template>\n", "")
    .replace('<header v-if="titles.length">', "{#if titles.length}\n    <header>")
    .replace("</header>", "</header>\n    {/if}")
)
ELIXIR = (
    'defmodule Pool do\n  @moduledoc """\n  Holds what is to be done, and who does it.\n  """\n'
    + "".join(
        f"""
  @doc "Takes {number}."
  def take_{number}(pool, count) do
    items = Enum.take(pool.items, count)
    rest = Enum.drop(pool.items, count)
    Logger.info("took {number} of them")
    {{items, %{{pool | items: rest, last: {number}}}}}
  end
"""
        for number in range(9)
    )
    + "end\n"
)
R = "".join(
    f"""
#' Sums what rack {number} sent, as long as it's there.
sum_rack_{number} <- function(hosts, size = {number}) {{
  hosts <- hosts[hosts$rack == {number}, ]
  total <- sum(hosts$sent, na.rm = TRUE)
  if (total > size) {{
    warning("more than it should be")
  }}
  total / size
}}
"""
    for number in range(9)
)
PERL = "package Racks;\n\nuse strict;\nuse warnings;\n" + "".join(
    f"""
=head2 sum_{number}

Sums what the hosts of a rack sent, and that's all that it does with them.

=cut

sub sum_{number} {{
    my ($self, @hosts) = @_;
    my $total = 0;
    foreach my $host (@hosts) {{
        $total += $host->sent * {number};
    }}
    return $total;
}}
"""
    for number in range(9)
)
SQL = "".join(
    f"""
-- Rack {number}, and what its hosts sent.
CREATE TABLE rack_{number} (
  host_id INTEGER NOT NULL,
  sent BIGINT DEFAULT 0
);
INSERT INTO rack_{number} VALUES
  (1, 20), (2, 30), (3, 40), (4, 50), (5, 60), (6, 70),
  (7, 20), (8, 30), (9, 40), (10, 50), (11, 60), (12, 70);

CREATE OR REPLACE VIEW sent_by_{number} AS
SELECT host_id, SUM(sent) AS total
  FROM rack_{number}
 WHERE sent > {number} AND host_id NOT IN (SELECT host_id FROM retired)
 GROUP BY host_id
 ORDER BY total DESC;
"""
    for number in range(6)
)
PROTO = (
    'syntax = "proto3";\n\nservice Racks {\n'
    + "".join(
        f"""
  // Sums what the hosts of a rack sent, in the last {number} hours.
  rpc Sum{number}(SumRequest) returns (SumResponse) {{
    option (google.api.http) = {{
      get: "/v1/racks/{number}/sum"
      additional_bindings {{ get: "/v1/old/racks/{number}/sum" }}
    }};
    option (google.api.method_signature) = "name,hours,unit";
  }}
"""
        for number in range(6)
    )
    + "}\n\nmessage SumRequest {\n  string name = 1;\n}\n"
)


@pytest.mark.parametrize(
    ("source", "shown", "comment"),
    [
        (VUE, ["const isOpen = ref(false)", "async function remove(id: string) {"], "// "),
        (SVELTE, ["const isOpen = ref(false)", "async function remove(id: string) {"], "// "),
        (ELIXIR, ["  def take_7(pool, count) do"], "# "),
        (R, ["sum_rack_7 <- function(hosts, size = 7) {"], "# "),
        (PERL, ["sub sum_7 {"], "# "),
        (
            SQL,
            [
                "CREATE TABLE rack_4 (",
                "  sent BIGINT DEFAULT 0",
                "CREATE OR REPLACE VIEW sent_by_4 AS",
            ],
            "-- ",
        ),
        (PROTO, ["service Racks {", "  rpc Sum4(SumRequest) returns (SumResponse) {"], "/"),
    ],
    ids=["vue", "svelte", "elixir", "r", "perl", "sql", "proto"],
)
def test_what_it_defines_is_shown(source, shown, comment):
    assert looks_like_code(Source(source))
    view = compress(source)
    check(source, view)
    lines = view.text.split("\n")
    for line in shown:
        assert line in lines
    assert all(line.lstrip().startswith((comment, "<!--")) for line in lines if "left out" in line)
    assert COUNTER.count(view.text) < 0.7 * COUNTER.count(source)


@pytest.mark.parametrize("source", [VUE, SVELTE, ELIXIR, R, PERL, SQL, PROTO])
def test_every_budget_is_kept_to(source):
    for budget in range(40, COUNTER.count(source), 60):
        view = compress(source, max_tokens=budget)
        check(source, view)
        assert COUNTER.count(view.text) <= budget


def test_a_script_with_tags_around_it_is_no_component():
    page = "<!doctype html>\n<html><head>\n<script>\nimport a from 'a'\n</script>\n</head></html>\n"
    assert not looks_like_code(Source(page))


@pytest.mark.parametrize(
    "more", ["<template>\n" * 20_000, "<script>\nimport b from 'b'\n" * 10_000, "<p>\n" * 20_000]
)
def test_tags_that_are_never_closed_take_no_longer(more):
    source = f"<script>\nimport a from 'a'\n</script>\n{more}"
    start = time.process_time()
    compress(source)
    assert time.process_time() - start < 15


def test_a_handler_of_a_component_stays_whole_where_it_is_asked_for():
    view = compress(VUE, query="what does remove do?")
    assert "  await reload({ quietly: true, after: id })" in view.text.split("\n")


def test_a_comment_above_a_function_speaks_for_it():
    source = (
        "package a;\n\nclass Gate {\n"
        + "".join(
            f"""
    /**
     * {WAITS if number == 5 else "Does a part."}
     */
    void step{number}() {{
        count = count + {number};
        notifyOf(count, {number});
        check(count, limits, {number});
        remember(this, count);
    }}
"""
            for number in range(12)
        )
        + "}\n"
    )
    view = compress(source, query="what happens to the next one until the period is over?")
    assert "notifyOf(count, 5);" in view.text
    assert "notifyOf(count, 4);" not in view.text


def test_short_gaps_are_marked_by_a_sign_that_is_explained_once():
    view = compress(PERL)
    assert view.text.count("below stands for up to") == 1
    assert view.text.count("left out") < view.text.count("\u2026")


def test_a_file_with_such_signs_of_its_own_has_numbers_in_every_marker():
    source = PERL.replace("use warnings;", "use warnings;\n# \u2026")
    view = compress(source)
    assert "below stands for" not in view.text
    assert view.text.count("left out") > 6


def test_methods_are_found_by_what_they_belong_to():
    source = "".join(
        f"""
void {of}::Prune(int limit) {{
  while (size_ > limit) {{
    Remove(oldest_, "{of}");
  }}
  size_ = limit;
}}
"""
        for of in ("LRUCache", "Shards", "Table")
    )
    with SharedContext() as context:
        context.put("code", source)
        found = context.retrieve("code", path="Shards::Prune").text
    assert '"Shards"' in found
    assert '"Table"' not in found


def test_a_marker_says_what_many_lines_begin_with():
    rows = "".join(f"INSERT INTO users VALUES ({n}, 'u{n}@ex.org', {n}.50);\n" for n in range(90))
    table = (
        "CREATE TABLE users (\n  id BIGINT PRIMARY KEY,\n  email TEXT NOT NULL,\n  gb NUMERIC\n);\n"
    )
    last = "ALTER TABLE users ADD CONSTRAINT unique_mail UNIQUE (email);\n"
    view = compress(f"{table}\n{rows}\n{last}", query="Which constraints are there?")
    assert "left out: each INSERT INTO users VALUES ...]" in view.text
    others = "".join(
        f"{'SELECT' if n % 9 else 'DELETE'} FROM t{n} WHERE a = {n};\n" for n in range(90)
    )
    view = compress(f"{table}\n{others}\n{last}", query="Which constraints are there?")
    assert "each" not in view.text
