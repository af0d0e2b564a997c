#!/usr/bin/env node
// Sizes of the built release, as a browser fetches it (brotli), against their budgets. Prints a table; fails over budget.
// The first route is the list of events, where sign-in leads; a further screen is what is fetched on the way from there. Who
// comes straight to a planner by its address pays for it at once: that row is there so that nobody forgets them.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const KIB = 1024;
const MB = 1_000_000;
// What each must reach, and what it may not exceed until it does. A ceiling is only ever lowered.
const FIRST_ROUTE = { goal: 220 * KIB, ceiling: 220 * KIB };
const STRAIGHT_TO = { goal: 220 * KIB, ceiling: 288 * KIB };
const FURTHER_SCREEN = { goal: 40 * KIB, ceiling: 81 * KIB };
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
const base = [
  only("main module", new RegExp(`^callboard${hash}\\.wasm$`)),
  only("main script", new RegExp(`^callboard${hash}\\.js$`)),
  only("style sheet", new RegExp(`^callboard${hash}\\.css$`)),
  only("loader", new RegExp(`^__wasm_split${hash}\\.js$`)),
];
// Which files each lazy part needs: its own and those it shares with others.
const manifest = JSON.parse(readFileSync(join(pkg, only("manifest", new RegExp(`^__wasm_split_manifest${hash}\\.json$`))), "utf8"));
const screens = Object.entries(manifest)
  .map(([name, parts]) => {
    const own = parts.map((part) => (part.endsWith(".wasm") ? part : `${part}.wasm`));
    return { name: name.replace(/^__wasm_split_load_/, "").replace(/_\d+$/, ""), parts: own, bytes: sum(own) };
  })
  .sort((a, b) => b.bytes - a.bytes);
if (screens.length === 0) throw new Error("the build is not split: no lazy screen was found");
const listed = new Set(Object.values(manifest).flat().map((part) => part.replace(/\.wasm$/, "")));
const lost = files.filter((file) => /^(split|chunk)_.*\.wasm$/.test(file) && !listed.has(file.replace(/\.wasm$/, "")));
if (lost.length > 0) throw new Error(`parts that no screen lists, so they were not counted: ${lost.join(", ")}`);

const home = screens.find(({ name }) => name.includes("events_route"));
if (home === undefined) throw new Error("the first route is not among the screens");

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
row("every route", shared);
row("first route: the events", shared + home.bytes, FIRST_ROUTE);
for (const screen of screens.filter((screen) => screen !== home)) {
  row(`further screen: ${screen.name}`, sum(screen.parts.filter((part) => !home.parts.includes(part))), FURTHER_SCREEN);
}
row(`straight to the largest: ${screens[0].name}`, shared + screens[0].bytes, STRAIGHT_TO);
row("binary", statSync(join(root, "target/release/callboard")).size, BINARY, MB);
if (over > 0) {
  console.error(`${over} over the ceiling.`);
  process.exit(1);
}
