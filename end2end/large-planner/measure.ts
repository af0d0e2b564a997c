// The largest event there may be: what one change of it costs an open planner, and whether typing stays quick while others
// change twenty things a second. Prints rows of the table that `make bench` prints.
import type { Page } from "@playwright/test";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, hydrated, live, test, visit } from "../fixtures.ts";
import { CrewRow, crewRows } from "../screens.ts";

const items = 500;
const people = 300;
const changesASecond = 20;
/** A fast typist; each round types so many. */
const keys = 400;
const betweenKeys = 75;
const rounds = 3;

/** Asks the server as a script would. */
async function ask<T>(page: Page, name: string, body: unknown): Promise<T> {
  const origin = new URL(page.url()).origin;
  const answer = await page.request.post(`/api/${name}`, { data: body, headers: { origin, "sec-fetch-site": "same-origin" } });
  if (!answer.ok()) throw new Error(`${name} was answered ${answer.status()}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** An event with as many items and people as one may have in practice, all of them reachable. */
async function largeEvent(page: Page): Promise<number> {
  const event = await ask<number>(page, "create_event", {
    form: { name: "Harbour festival", starts: "2031-06-14T06:00", ends: "2031-06-14T23:00", time_zone: "Europe/Lisbon", status: "confirmed" },
  });
  const rows = Array.from({ length: items }, (_, n) => {
    const minute = 6 * 60 + 2 * n;
    const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    return `${time}\t2\tCue ${n}\tStage ${n % 7}`;
  });
  await ask(page, "paste_items", { event, text: ["Start\tMin\tTitle\tWhere", ...rows].join("\n"), confirmed: true });
  const lines = Array.from({ length: people }, (_, n) => `Guest ${n} <guest${n}@venue.example>`);
  await ask(page, "add_people", { event, lines: lines.join("\n") });
  return event;
}

/** Which rows of lists the page changed since, how many nodes in them, and how many elsewhere (counts above the list, what is read aloud). */
async function watch(page: Page): Promise<() => Promise<{ rows: number; nodes: number; elsewhere: number }>> {
  const seen = await page.evaluateHandle(() => {
    const told = { rows: new Set<Element>(), nodes: new Set<Node>(), elsewhere: new Set<Node>() };
    const observer = new MutationObserver((records) => {
      for (const { target, type, addedNodes, removedNodes } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        // What tells the time changes by the clock, in any row.
        if (element?.closest(".ago, time, .pill") != null) continue;
        const row = element?.closest("ul.crew > li, ol.timeline > li");
        if (row != null) told.rows.add(row);
        const changed = type === "childList" ? [...addedNodes, ...removedNodes] : [target];
        for (const node of changed) (row == null ? told.elsewhere : told.nodes).add(node);
      }
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    return told;
  });
  return () => seen.evaluate(({ rows, nodes, elsewhere }) => ({ rows: rows.size, nodes: nodes.size, elsewhere: elsewhere.size }));
}

/** Notes for each key how long it took until the frame with what it did was painted. */
async function clockKeys(page: Page): Promise<() => Promise<number[]>> {
  const times = await page.evaluateHandle(() => {
    const waits: number[] = [];
    addEventListener(
      "keydown",
      (event) => {
        // An emptied field hears of Delete.
        if (event.key.length > 1) return;
        requestAnimationFrame(() => {
          // A message that is posted before the paint is read right after it.
          const channel = new MessageChannel();
          channel.port1.onmessage = () => waits.push(performance.now() - event.timeStamp);
          channel.port2.postMessage(0);
        });
      },
      { capture: true },
    );
    return waits;
  });
  return async () => {
    await expect.poll(() => times.evaluate(({ length }) => length)).toBe(keys);
    return times.evaluate((waits) => waits.splice(0));
  };
}

/** How long the keys of each round took. */
class Waits {
  readonly middles: number[] = [];
  readonly tails: number[] = [];
  readonly longest: number[] = [];

  add(times: number[]): void {
    this.middles.push(share(times, 0.5));
    this.tails.push(share(times, 0.99));
    this.longest.push(Math.max(...times));
  }
}

function share(times: number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function spread(rounds: number[]): string {
  return rounds
    .toSorted((a, b) => a - b)
    .map((round) => round.toFixed(1))
    .join(" / ");
}

async function type(page: Page): Promise<void> {
  const field = page.locator("form#next").getByLabel("Title");
  await field.fill("");
  await field.focus();
  for (let key = 0; key < keys; key += 1) {
    await page.keyboard.press(key % 8 === 7 ? "Space" : "abcdefg"[key % 7] ?? "x");
    await sleep(betweenKeys);
  }
}

async function invite(page: Page, person: { id: number; name: string }): Promise<void> {
  const address = `${person.name.replace(" ", "").toLowerCase()}@venue.example`;
  await ask(page, "email_link", { crew: person.id, address, key: `large-${person.id}` });
}

/** Others at work until `stop`: half of their changes rename items; the other half are of badges, three for each link sent. */
class Others {
  private renamed = 0;
  private running = true;
  private readonly work: Promise<void>[];

  constructor(
    private readonly page: Page,
    private readonly items: { id: number; title: string }[],
    private readonly uninvited: { id: number; name: string }[],
  ) {
    this.work = [this.every(2_000 / changesASecond, () => this.rename()), this.every(6_000 / changesASecond, () => this.invite())];
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.work);
  }

  private async every(milliseconds: number, change: () => Promise<void>): Promise<void> {
    const begun = performance.now();
    for (let n = 1; this.running; n += 1) {
      await change();
      await sleep(Math.max(0, begun + n * milliseconds - performance.now()));
    }
  }

  private async rename(): Promise<void> {
    const item = this.items[(this.renamed * 7) % this.items.length];
    if (item === undefined) throw new Error("the event has no items");
    this.renamed += 1;
    const title = `${item.title.split(",")[0] ?? ""}, change ${this.renamed}`;
    await ask(this.page, "save_item", { item: item.id, seen: JSON.stringify({ title: item.title }), form: { title } });
    item.title = title;
  }

  /** Nobody gets two mails within five minutes, so each person is invited once in all rounds. */
  private async invite(): Promise<void> {
    const person = this.uninvited.pop();
    if (person === undefined) {
      for (let n = 0; n < 3; n += 1) await this.rename();
      return;
    }
    await invite(this.page, person);
  }
}

function shown({ rows, nodes, elsewhere }: { rows: number; nodes: number; elsewhere: number }): string {
  return `${nodes} in ${rows} row, ${elsewhere} elsewhere`;
}

function figure(what: string, measured: string, target = ""): void {
  console.log(`| ${what} | ${measured} | ${target} | |`);
}

test("a planner with 500 items and 300 people", async ({ owner, browsers }) => {
  const event = await largeEvent(owner);
  const planner = await ask<{ items: { id: number; title: string }[]; crew: { id: number; name: string }[] }>(owner, "load_planner", { event });
  const renamed = planner.items[items / 2];
  const invited = planner.crew[people / 2];
  if (renamed === undefined || invited === undefined) throw new Error("the event is not as large as it should be");

  const opened: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await owner.goto(`/events/${event}`, { waitUntil: "commit" });
    await hydrated(owner);
    opened.push(performance.now() - begun);
  }
  await live(owner);
  await expect(crewRows(owner)).toHaveCount(people);
  const elements = await owner.evaluate(() => document.querySelectorAll("*").length);
  figure(`planner of ${items} items and ${people} people in Chromium, from the click until it reacts`, `${spread(opened)} ms, ${elements} elements`);

  let changed = await watch(owner);
  await ask(owner, "save_item", { item: renamed.id, seen: JSON.stringify({ title: renamed.title }), form: { title: "Fireworks" } });
  renamed.title = "Fireworks";
  await expect(owner.getByRole("link", { name: "Fireworks", exact: true })).toBeAttached();
  let told = await changed();
  figure("… nodes touched when one item's title changes", shown(told), "at most its row");
  expect(told.rows).toBe(1);

  changed = await watch(owner);
  await invite(owner, invited);
  await expect(new CrewRow(owner, invited.name).badge).toHaveText("delivered");
  told = await changed();
  figure("… when one badge goes through sending, sent and delivered", shown(told), "at most its row");
  expect(told.rows).toBe(1);

  // The keys are timed without the observers of the above.
  await visit(owner, `/events/${event}`);
  await live(owner);
  const taken = await clockKeys(owner);
  const cdp = await owner.context().newCDPSession(owner);
  await cdp.send("Network.enable");
  let frames = 0;
  cdp.on("Network.webSocketFrameReceived", () => (frames += 1));
  const handler = await browsers.signedIn("handler");
  const uninvited = planner.crew.filter(({ id }) => id !== invited.id);
  const waits = { alone: new Waits(), among: new Waits() };
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await type(owner);
    waits.alone.add(await taken());

    frames = 0;
    const begun = performance.now();
    const others = new Others(handler, planner.items, uninvited);
    await type(owner);
    rates.push((frames * 1_000) / (performance.now() - begun));
    await others.stop();
    waits.among.add(await taken());
  }
  figure("… key pressed until painted, nobody else at work: p50", `${spread(waits.alone.middles)} ms`);
  figure("… p99, and the longest", `${spread(waits.alone.tails)} ms; ${spread(waits.alone.longest)} ms`);
  figure(`… while ${spread(rates)} changes a second arrive: p50`, `${spread(waits.among.middles)} ms`);
  figure("… p99, and the longest", `${spread(waits.among.tails)} ms; ${spread(waits.among.longest)} ms`, "≤ 50 ms");
});
