// Which Chromium the browser tests drive: $CHROMIUM, the system's, or else the one Playwright keeps.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** `undefined` means Playwright's own. The same order as in .ci/env. */
export function chromiumPath(): string | undefined {
  if (process.env["CHROMIUM"]) return process.env["CHROMIUM"];
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
