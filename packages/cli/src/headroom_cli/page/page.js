"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const about = JSON.parse($("about").textContent);
  const all = JSON.parse($("entries").textContent);
  const ROW = 52, SHOWN = 200000, BLOCK = 10000, BARS = 8, NAME = 80, PRINTED = 2000;
  const number = (value) => Math.round(value).toLocaleString("en");
  const share = (before, after) => (before ? ((1 - after / before) * 100).toFixed(1) : "0.0") + " %";
  const when = (seconds) => new Date(seconds * 1000).toLocaleString("sv");

  // Every text of the run goes through here, and never through markup.
  function make(name, text, attributes, ...children) {
    const element = document.createElement(name);
    if (text !== null && text !== undefined) element.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }
  function draw(name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }
  // What a text would do to the text around it is shown, not done.
  const visible = (text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0"));
  const short = (text, length) => (text.length > length ? text.slice(0, length - 1) + "\u2026" : text);

  // Sums

  const before = all.reduce((sum, one) => sum + one.tokens, 0);
  const after = all.reduce((sum, one) => sum + one.view, 0);
  $("made").textContent = `${visible(about.namespace)}, ${when(about.made)}; tokens by ${about.tokenizer}${about.exact ? "" : ", not exact"}`;
  const sums = [["entries", number(all.length)], ["tokens put", number(before)], ["as views", number(after)], ["smaller by", share(before, after)]];
  if (about.handoffs) sums.push(["not sent, net", number(about.handoffs.saved)]);
  if (about.expired) sums.push(["expired", number(about.expired)]);
  if (about.evicted) sums.push(["evicted", number(about.evicted)]);
  if (about.failures) sums.push(["failures", number(about.failures)]);
  for (const [name, value] of sums) $("sums").append(make("div", null, {}, make("dt", name), make("dd", value)));
  $("readers-note").textContent = about.handoffs
    ? `Models were not sent ${number(about.handoffs.not_sent)} tokens of payloads; the retrieval tool cost ${number(about.handoffs.tool)} and its answers ${number(about.handoffs.retrieved)}.`
    : "These are sums over what is stored. What readers were really sent, net of the retrieval tool, is known to the process that sent it: a report from there has it.";

  // Plots

  function grouped(name) {
    const groups = new Map();
    for (const one of all) {
      const key = one[name] === null ? "(no agent)" : one[name];
      const group = groups.get(key) || { before: 0, after: 0 };
      group.before += one.tokens;
      group.after += one.view;
      groups.set(key, group);
    }
    const rows = [...groups].sort((a, b) => b[1].before - a[1].before);
    const rest = rows.splice(BARS);
    if (rest.length) rows.push([`${rest.length} others`, rest.reduce((sum, [, one]) => ({ before: sum.before + one.before, after: sum.after + one.after }), { before: 0, after: 0 })]);
    return rows;
  }
  function figure(title, legend, picture) {
    const caption = make("figcaption", title);
    for (const [name, words] of legend) caption.append(make("span", null, { class: `key ${name}` }), make("span", words, { class: "dim" }));
    $("plots").append(make("figure", null, {}, caption, picture));
  }
  const BOTH = [["before", "put"], ["after", "as views"]];
  function bars(title, rows, legend, said) {
    if (!rows.length) return;
    const largest = Math.max(1, ...rows.map(([, one]) => Math.max(one.before, one.after)));
    const picture = draw("svg", { viewBox: `0 0 460 ${rows.length * 34 + 4}`, role: "img", "aria-label": `${title}: ` + rows.map(([name, one]) => `${visible(name)} ${said(one)}`).join("; ") });
    rows.forEach(([name, one], index) => {
      const y = index * 34 + 2;
      picture.append(draw("text", { x: 0, y: y + 15 }, short(visible(name), 18)));
      if (one.before) picture.append(draw("rect", { x: 130, y, width: Math.max(1, (one.before / largest) * 210), height: 11, class: "before" }));
      picture.append(draw("rect", { x: 130, y: y + (one.before ? 12 : 5), width: Math.max(1, (Math.max(0, one.after) / largest) * 210), height: 11, class: "after" }));
      picture.append(draw("text", { x: 348, y: y + 15, class: "dim" }, said(one)));
    });
    figure(title, legend, picture);
  }
  function overTime() {
    if (all.length < 2) return;
    const ordered = [...all].sort((a, b) => a.time - b.time);
    const first = ordered[0].time, length = Math.max(1e-9, ordered[ordered.length - 1].time - first);
    let put = 0, view = 0;
    const points = ordered.map((one) => [(one.time - first) / length, (put += one.tokens), (view += one.view)]);
    // A line has no more points than the plot has room for.
    const some = points.filter((_, index) => index % Math.ceil(points.length / 400) === 0 || index === points.length - 1);
    const line = (which) => "M0 170 " + some.map((point) => `H${(point[0] * 440 + 10).toFixed(1)} V${(170 - (point[which] / Math.max(1, put)) * 155).toFixed(1)}`).join(" ");
    const picture = draw("svg", { viewBox: "0 0 460 200", role: "img", "aria-label": `Tokens over time: ${number(put)} put, ${number(view)} as views, from ${when(first)} to ${when(first + length)}` });
    picture.append(draw("line", { x1: 0, x2: 460, y1: 170, y2: 170, class: "axis" }), draw("path", { d: line(1), class: "before" }), draw("path", { d: line(2), class: "after" }));
    picture.append(draw("text", { x: 0, y: 190, class: "dim" }, when(first)), draw("text", { x: 460, y: 190, class: "dim", "text-anchor": "end" }, when(first + length)), draw("text", { x: 0, y: 12, class: "dim" }, number(put)));
    figure("Tokens over time", BOTH, picture);
  }
  const fewer = (one) => `${share(one.before, one.after)} fewer`;
  bars("By agent", grouped("agent"), BOTH, fewer);
  bars("By kind", grouped("kind"), BOTH, fewer);
  if (about.handoffs) {
    const readers = about.handoffs.readers.map(([name, saved]) => [name || "(no name)", { before: 0, after: saved }]).sort((a, b) => b[1].after - a[1].after);
    bars("By reader: tokens not sent, net of the tool", readers.slice(0, BARS), [], (one) => number(one.after));
  }
  overTime();

  // The list: only the rows that are seen are there.

  let shown = all, selected = -1, folded = false, asked = 0;
  const list = $("list"), rows = $("rows");
  for (const name of ["kind", "agent"]) {
    for (const value of [...new Set(all.map((one) => one[name]))].filter((one) => one !== null).sort()) $(name).append(make("option", short(visible(value), NAME / 2), { value }));
  }
  const ORDERS = { time: (a, b) => b.time - a.time, tokens: (a, b) => b.tokens - a.tokens, saved: (a, b) => b.tokens - b.view - (a.tokens - a.view) };
  const STATES = { "": () => true, gone: (one) => !one.complete, complete: (one) => one.complete && !one.kept, kept: (one) => one.kept };
  function filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = $("kind").value, agent = $("agent").value, state = STATES[$("state").value];
    const chosen = shown[selected];
    shown = all.filter((one) => {
      const text = `${one.key} ${one.agent || ""} ${one.kind}`.toLowerCase();
      return (!kind || one.kind === kind) && (!agent || one.agent === agent) && state(one) && words.every((word) => text.includes(word));
    }).sort(ORDERS[$("order").value]);
    $("count").textContent = `${number(shown.length)} of ${number(all.length)}`;
    rows.style.height = `${shown.length * ROW}px`;
    selected = shown.indexOf(chosen);
    list.scrollTop = 0;
    refresh();
    if (selected < 0) select(shown.length ? 0 : -1);
  }
  function refresh() {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
    const last = Math.min(shown.length, first + Math.ceil(list.clientHeight / ROW) + 10);
    const seen = [];
    for (let index = first; index < last; index++) {
      const one = shown[index];
      const row = make("div", null, { class: "row", role: "option", id: `row-${index}`, "aria-selected": index === selected, "aria-setsize": shown.length, "aria-posinset": index + 1 },
        make("b", visible(short(one.key, 200)) || "(empty key)"),
        make("span", `${one.kind}${one.agent ? ", " + visible(short(one.agent, 40)) : ""}: ${number(one.tokens)} to ${number(one.view)}, ${share(one.tokens, one.view)}`));
      row.style.top = `${index * ROW}px`;
      row.addEventListener("click", () => select(index));
      seen.push(row);
    }
    rows.replaceChildren(...seen);
    if (selected >= first && selected < last) list.setAttribute("aria-activedescendant", `row-${selected}`);
    else list.removeAttribute("aria-activedescendant");
  }
  function select(index) {
    selected = index;
    if (index >= 0) {
      const top = index * ROW;
      if (top < list.scrollTop) list.scrollTop = top;
      else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
    }
    refresh();
    show(shown[index]);
  }

  // One entry

  async function unpack(packed) {
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }
  function places(title, names, more) {
    const items = names.map((name) => make("li", visible(name)));
    if (more) items.push(make("li", `and ${number(more)} more`));
    return make("details", null, {}, make("summary", title), make("ul", null, {}, ...items));
  }
  // In blocks, of which the browser lays out those that are seen: a line of megabytes would stall it.
  function written(label, parts, limit) {
    const pre = make("pre", null, { tabindex: 0, "aria-label": label });
    let room = limit, size = 0, ended = false, block;
    for (const [whole, gone] of parts) {
      for (let rest = whole.slice(0, room); rest; ) {
        if (!block || (ended && size >= BLOCK) || size >= 2 * BLOCK) {
          pre.append((block = make("div")));
          size = 0;
        }
        // A block ends with a line, unless that is too long.
        const most = rest.slice(0, 2 * BLOCK - size);
        let end = most.indexOf("\n", Math.max(0, BLOCK - size - 1)) + 1 || most.length;
        if (/[\ud800-\udbff]/.test(rest[end - 1]) && end < rest.length) end += 1;
        const piece = visible(rest.slice(0, end));
        block.append(gone ? make("del", piece, { class: gone === 2 ? "part" : "gone", title: gone === 2 ? "in part left out" : "left out" }) : piece);
        size += end;
        ended = rest[end - 1] === "\n";
        rest = rest.slice(end);
      }
      room -= whole.length;
      if (room <= 0) break;
    }
    return pre;
  }
  async function show(one) {
    const mine = ++asked, detail = $("detail");
    if (!one) return detail.replaceChildren(make("p", all.length ? "Nothing is like that." : "The store is empty.", { class: "dim" }));
    const head = [
      make("h3", short(visible(one.key), 4 * NAME) || "(empty key)"),
      make("p", `${one.kind}${one.agent ? ", by " + short(visible(one.agent), NAME) : ""}, ${when(one.time)}: ${number(one.tokens)} tokens become ${number(one.view)}, ${share(one.tokens, one.view)} fewer`),
      make("p", visible(one.why)),
    ];
    if (one.key.length > 4 * NAME) head.push(places("the whole key", [one.key], 0));
    if (one.places.length) head.push(places(one.places.length === 1 ? "1 place left out" : `${number(one.places.length + one.more)} places left out`, one.places, one.more));
    if (!about.payloads) return detail.replaceChildren(...head, make("p", "This report was made without originals and views.", { class: "dim" }));
    let texts;
    try { texts = await unpack(one.texts); } catch { texts = null; }
    // Another one was chosen meanwhile.
    if (mine !== asked) return;
    if (!texts) return detail.replaceChildren(...head, make("p", "This browser cannot unpack the texts: it is older than 2023.", { class: "dim" }));
    const length = texts.original.reduce((sum, [text]) => sum + text.length, 0);
    const panes = make("div", null, { class: folded ? "texts folded" : "texts" });
    const fold = make("button", "Fold what is left out", { type: "button", "aria-pressed": folded });
    fold.addEventListener("click", toggleFold);
    const fill = (limit) => {
      const left = make("div", null, {}, make("h4", "Original, what the view leaves out shaded"), written("Original", texts.original, limit));
      const view = make("div", null, {}, make("h4", "View"), written("View", [[texts.view, 0]], limit));
      if (Math.max(length, texts.view.length) > limit) {
        const rest = make("button", `Show all ${number(length)} characters`, { type: "button" });
        rest.addEventListener("click", () => fill(Infinity));
        left.append(rest);
      }
      panes.replaceChildren(left, view);
    };
    fill(SHOWN);
    if (texts.unplaced.length) head.push(places("left out, and not shaded below", texts.unplaced, 0));
    detail.replaceChildren(...head, ...(one.complete ? [] : [fold]), panes);
    detail.scrollTop = 0;
  }
  function toggleFold() {
    folded = !folded;
    const panes = document.querySelector(".texts"), button = document.querySelector("[aria-pressed]");
    if (panes) panes.classList.toggle("folded", folded);
    if (button) button.setAttribute("aria-pressed", folded);
  }

  // On paper: the entries that are listed, and the texts of the one that is chosen.

  const cells = (name, texts) => make("tr", null, {}, ...texts.map((text) => make(name, text)));
  addEventListener("beforeprint", () => {
    const some = shown.slice(0, PRINTED).map((one) => cells("td", [short(visible(one.key), NAME), one.kind, short(visible(one.agent || ""), NAME), number(one.tokens), number(one.view), share(one.tokens, one.view)]));
    if (shown.length > PRINTED) some.push(cells("td", [`and ${number(shown.length - PRINTED)} more`]));
    $("printed").replaceChildren(cells("th", ["key", "kind", "agent", "tokens", "view", "smaller by"]), ...some);
  });
  addEventListener("afterprint", () => $("printed").replaceChildren());

  // Keys and the rest

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape" && typing) return event.target.blur();
    if (typing) return;
    const inText = event.target.tagName === "PRE";
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const steps = { j: 1, k: -1 };
    if (!inText) Object.assign(steps, { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity });
    if (event.key === "/") $("search").focus();
    else if (event.key === "f") toggleFold();
    else if (event.key in steps && shown.length && (event.target === list || !event.key.startsWith("P"))) select(Math.min(shown.length - 1, Math.max(0, selected + steps[event.key])));
    else return;
    event.preventDefault();
  });
  let later;
  // "search" comes where Escape or the cross empties it.
  for (const name of ["input", "search"]) $("search").addEventListener(name, () => { clearTimeout(later); later = setTimeout(filter, 80); });
  for (const name of ["kind", "agent", "state", "order"]) $(name).addEventListener("change", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  list.addEventListener("scroll", () => requestAnimationFrame(refresh));
  addEventListener("resize", () => requestAnimationFrame(refresh));
  $("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--bg").trim() === "#14171a";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  filter();
})();
