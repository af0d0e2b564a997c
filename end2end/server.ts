// One Callboard of its own: the release binary on a free port, with a database in a temporary folder.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = resolve(import.meta.dirname, "..");

/** Started with the sandbox provider and the demo account. Always `stop` it: that removes its folder too. */
export class Server {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
  ) {}

  static async start(): Promise<Server> {
    const server = new Server(await freePort(), mkdtempSync(join(tmpdir(), "callboard-end2end-")));
    try {
      await server.run();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the server wrote so far, over all its starts. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /** Ends it as an operator would, then starts it on the same database and port. */
  async restart(): Promise<void> {
    await this.end("SIGTERM");
    await this.run();
  }

  /** Ends it as a power cut would. */
  async kill9(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Starts it again after `kill9`. */
  async run(): Promise<void> {
    const log = openSync(this.logFile, "a");
    const child = spawn(process.env["CALLBOARD_BINARY"] ?? join(root, "target/release/callboard"), ["serve"], {
      cwd: this.folder,
      env: {
        PATH: process.env["PATH"],
        CALLBOARD_ADDR: `127.0.0.1:${this.port}`,
        CALLBOARD_DEMO: "1",
        CALLBOARD_SITE: process.env["CALLBOARD_SITE"] ?? join(root, "target/site"),
        DATABASE_URL: `sqlite://${join(this.folder, "callboard.db")}`,
      },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.child = child;
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    await Promise.race([this.answers(child), failed]);
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get logFile(): string {
    return join(this.folder, "server.log");
  }

  private async answers(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the server ended before it answered:\n${this.log()}`);
      }
      const healthy = await fetch(`${this.url}/healthz`).then((response) => response.ok, () => false);
      if (healthy) return;
      if (Date.now() > deadline) throw new Error(`the server did not answer on ${this.url}:\n${this.log()}`);
      await sleep(25);
    }
  }

  private async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    child.kill(signal);
    const patience = sleep(10_000, "late" as const);
    if ((await Promise.race([ended, patience])) === "late") {
      child.kill("SIGKILL");
      await ended;
      throw new Error(`the server ignored ${signal} for ten seconds:\n${this.log()}`);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}
