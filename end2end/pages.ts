// The pages of the product, read from where the product itself has them, so that none can be forgotten here.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const source = resolve(import.meta.dirname, "../app/src/paths.rs");

/** Every path of `PAGES` in app/src/paths.rs, as it stands there: "/events/{id}". */
export function pages(): string[] {
  const text = readFileSync(source, "utf8");
  const constants = new Map([...text.matchAll(/^pub const (\w+): &str = "([^"]*)";/gm)].map(([, name, path]) => [name, path]));
  const table = /^pub const PAGES: \[Page; (\d+)\] = \[(.*?)^\];/ms.exec(text);
  if (table === null) throw new Error(`no PAGES in ${source}`);
  const [, count = "", rows = ""] = table;
  const found = [...rows.matchAll(/^ +(?:members|plain)\((?:"([^"]*)"|(\w+))/gm)].map(([, path, name]) => path ?? constants.get(name));
  const known = found.filter((path) => path !== undefined);
  if (known.length !== Number(count)) throw new Error(`${known.length} of ${count} pages could be read from ${source}: ${known.join(" ")}`);
  return known;
}

/** Whether `path` is one of those that `page` stands for. */
export function matches(page: string, path: string): boolean {
  const pattern = page.replace(/\{\*\w+\}/g, "*").replace(/\{\w+\}/g, ":");
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".+").replaceAll(":", "[^/]+")}/?$`).test(path);
}
