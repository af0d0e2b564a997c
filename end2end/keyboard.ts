// The product without a pointer.
import { type Locator, type Page, expect } from "@playwright/test";

/** Presses Tab, or Shift and Tab where that is the way, until the element has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 300; presses++) {
    const where = await target.evaluate((element) => {
      const active = document.activeElement;
      if (active === element) return "there";
      const isBehind = active !== null && (element.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
      return isBehind ? "before" : "after";
    });
    if (where === "there") return;
    await page.keyboard.press(where === "before" ? "Shift+Tab" : "Tab");
  }
  throw new Error(`the keyboard never reached ${target}`);
}

/** Counts what a pointer does on this page and those that it leads to; returns what reads the count. */
export async function pointerEvents(page: Page): Promise<() => number> {
  let seen = 0;
  await page.exposeBinding("sawPointer", () => {
    seen += 1;
  });
  const watch = (): void => {
    const report = (window as unknown as { sawPointer: () => void }).sawPointer;
    for (const kind of ["pointerdown", "pointermove", "dragstart"]) addEventListener(kind, () => report(), { capture: true });
  };
  await page.addInitScript(watch);
  await page.evaluate(watch);
  return () => seen;
}

interface Walk {
  /** Controls that no press of Tab reached. */
  missed: string[];
  /** Controls that had the focus and showed no sign of it. */
  unmarked: string[];
}

/** What is found in the page: which controls there are, and which of them have had the focus. */
declare global {
  interface Window {
    walk?: { controls: Map<Element, string>; reached: Set<Element>; unmarked: Set<Element>; looks: (element: Element) => string };
  }
}

/**
 * Everything that can be pressed or filled in on this page has the focus at some press of Tab, and shows it. A group of radio buttons is
 * one stop, and what stands in a closed <details> is reached once it is opened.
 */
export async function expectReachable(page: Page): Promise<void> {
  const walked = await walk(page);
  expect.soft(walked.missed, `out of the keyboard's reach on ${page.url()}`).toEqual([]);
  expect.soft(walked.unmarked, `has the focus and does not show it, on ${page.url()}`).toEqual([]);
}

async function walk(page: Page): Promise<Walk> {
  const count = await page.evaluate(() => {
    const isShown = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const controls = all.filter((element) => isShown(element) && !(element as HTMLButtonElement).disabled && element.getAttribute("tabindex") !== "-1");
    const ofGroup = (element: Element): boolean => {
      if (!(element instanceof HTMLInputElement) || element.type !== "radio") return true;
      const group = controls.filter((other) => other instanceof HTMLInputElement && other.type === "radio" && other.name === element.name);
      return element.checked || !group.some((other) => (other as HTMLInputElement).checked);
    };
    // The sign of the focus may be around it: a hidden radio button marks its label.
    const looks = (element: Element): string =>
      [element, element.closest("label"), element.parentElement]
        .map((around) => {
          if (around === null) return "";
          const { outline, boxShadow, backgroundColor, borderColor } = getComputedStyle(around);
          return `${outline} ${boxShadow} ${backgroundColor} ${borderColor}`;
        })
        .join();
    (document.activeElement as HTMLElement | null)?.blur();
    const looksNow = controls.filter(ofGroup).map((element): [Element, string] => [element, looks(element)]);
    window.walk = { controls: new Map(looksNow), reached: new Set(), unmarked: new Set(), looks };
    getSelection()?.removeAllRanges();
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    return window.walk.controls.size;
  });
  for (let presses = 0; presses < count + 40; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(arrived)) break;
  }
  return page.evaluate(() => {
    const told = (element: Element): string => element.outerHTML.slice(0, 160);
    const { controls, reached, unmarked } = window.walk ?? { controls: new Map<Element, string>(), reached: new Set(), unmarked: new Set() };
    return {
      missed: [...controls.keys()].filter((element) => !reached.has(element)).map(told),
      unmarked: [...unmarked].map(told),
    };
  });
}

/** Notes, in the page, what has the focus now; returns whether everything has had it. */
function arrived(): boolean {
  const { activeElement } = document;
  const { walk } = window;
  if (activeElement === null || walk === undefined) return true;
  const before = walk.controls.get(activeElement);
  if (before !== undefined && !walk.reached.has(activeElement)) {
    walk.reached.add(activeElement);
    if (walk.looks(activeElement) === before) walk.unmarked.add(activeElement);
  }
  return walk.controls.size === walk.reached.size;
}
