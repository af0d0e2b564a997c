// Says at the very end why each journey failed, in a few lines: whoever has only the end of a long output learns it there.
import { stripVTControlCharacters } from "node:util";
import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** Characters of one error. */
const MOST = 700;

export default class Causes implements Reporter {
  private readonly causes: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus) return;
    const errors = result.errors.map(({ message, location }) => {
      const words = stripVTControlCharacters(message ?? "no message").slice(0, MOST);
      return location ? `${words}\n    at line ${location.line}` : words;
    });
    this.causes.push([`${test.title} (${result.status}, ${Math.round(result.duration / 1000)} s)`, ...errors].join("\n  "));
  }

  onEnd(_: FullResult): void {
    for (const cause of this.causes) console.log(`\n✗ ${cause}`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
