#!/usr/bin/env node
// Sizes of the built release, as a browser fetches it (brotli), against their budgets. Prints a table; fails over budget.
// The first route is the list of events, where sign-in leads; a further screen is what is fetched on the way from there. Who
// comes straight to a screen by its address pays for all of it at once: that row is there so that nobody forgets them.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const KIB = 1024;
const MB = 1_000_000;
// What each must reach, and what it may not exceed until it does. A ceiling is only ever lowered.
const FIRST_ROUTE = { goal: 240 * KIB, ceiling: 240 * KIB };
const STRAIGHT_TO = { goal: 300 * KIB, ceiling: 300 * KIB };
const FURTHER_SCREEN = { goal: 64 * KIB, ceiling: 64 * KIB };
// The style sheet is nearly all that a page without scripts needs; guest.spec.ts measures it together with the page.
const WITHOUT_SCRIPTS = { goal: 30 * KIB, ceiling: 30 * KIB };
const BINARY = { goal: 40 * MB, ceiling: 40 * MB };

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pkg = join(root, "target/site/pkg");
const files = readdirSync(pkg);

/** The size of a file as sent: its .br twin, which the build must have made. */
function sent(file) {
  if (!files.includes(`${file}.br`)) {
    throw new Error(`${file} has no precompressed twin; was the release built by .ci/build?`);
  }
  return statSync(join(pkg, `${file}.br`)).size;
}

/** The size of several. */
function sum(list) {
  return list.reduce((total, file) => total + sent(file), 0);
}

/** The one file of the build with this name, whatever its content hash. */
function only(what, pattern) {
  const found = files.filter((file) => pattern.test(file));
  if (found.length !== 1) throw new Error(`expected one ${what} in ${pkg}, found ${found.length}: ${found.join(", ")}`);
  return found[0];
}

const hash = "(\\.[A-Za-z0-9_-]{22})?";
const style = only("style sheet", new RegExp(`^callboard${hash}\\.css$`));
const base = [
  only("main module", new RegExp(`^callboard${hash}\\.wasm$`)),
  only("main script", new RegExp(`^callboard${hash}\\.js$`)),
  style,
  only("loader", new RegExp(`^__wasm_split${hash}\\.js$`)),
];
// Which files each lazy part needs: its own and those it shares with others.
const manifest = JSON.parse(readFileSync(join(pkg, only("manifest", new RegExp(`^__wasm_split_manifest${hash}\\.json$`))), "utf8"));
const parts = new Map(
  Object.entries(manifest).map(([name, needed]) => [name, needed.map((part) => (part.endsWith(".wasm") ? part : `${part}.wasm`))]),
);
// Home, the list of events, is in the main module. Every lazy part of the build is a screen that is reached from there, or what opens
// by a click, of the screen with the same name.
const SCREENS = [...parts.keys()].map((part) => {
  const panels = part.match(/^(.*)_panels$/);
  if (panels !== null) return { name: `${panels[1]}, what first opens by a click`, parts: [part], after: panels[1], panels: true };
  return { name: part.replace(/_screens$/, ""), parts: [part], after: undefined };
});
// Whatever comes after another one stands behind it.
const depth = ({ after }) => (after === undefined ? 0 : 1 + depth(SCREENS.find(({ name }) => name === after)));
SCREENS.sort((one, other) => depth(one) - depth(other));
const needed = new Set([...parts.values()].flat());
const lost = files.filter((file) => /^(split|chunk)_.*\.wasm$/.test(file) && !needed.has(file));
if (lost.length > 0) throw new Error(`files that no part lists, so they were not counted: ${lost.join(", ")}`);
const screens = new Map();
for (const { name, parts: own, after, panels } of SCREENS) {
  const before = after === undefined ? [] : screens.get(after).there;
  const all = [...new Set(own.flatMap((part) => parts.get(part)))];
  screens.set(name, { all, panels, there: [...new Set([...before, ...all])], fetched: all.filter((file) => !before.includes(file)) });
}

let over = 0;
function row(what, bytes, limit, unit) {
  const size = unit === MB ? `${(bytes / MB).toFixed(1)} MB` : `${(bytes / KIB).toFixed(1)} KiB`;
  const most = limit === undefined ? "" : unit === MB ? `${limit.goal / MB} MB` : `${limit.goal / KIB} KiB`;
  const verdict =
    limit === undefined ? "" : bytes <= limit.goal ? "ok" : bytes <= limit.ceiling ? "over the goal, under today's ceiling" : "OVER";
  if (verdict === "OVER") over += 1;
  console.log(`${what.padEnd(58)} ${size.padStart(10)} ${most.padStart(8)} ${verdict}`);
}

console.log(`${"brotli, as sent".padEnd(58)} ${"size".padStart(10)} ${"at most".padStart(8)}`);
for (const file of base) row(`  ${file}`, sent(file));
const shared = sum(base);
row("first route: the list of events", shared, FIRST_ROUTE);
for (const [name, { fetched }] of screens) row(`further screen: ${name}`, sum(fetched), FURTHER_SCREEN);
for (const [name, { all, panels }] of screens) if (!panels) row(`straight to: ${name}, in ${base.length + all.length} files`, shared + sum(all), STRAIGHT_TO);
row("guest pages and sign-in, besides their HTML", sent(style), WITHOUT_SCRIPTS);
row("binary", statSync(join(root, "target/release/callboard")).size, BINARY, MB);
if (over > 0) {
  console.error(`${over} over the ceiling.`);
  process.exit(1);
}
