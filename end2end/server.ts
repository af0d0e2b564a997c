// One Callboard of its own: the release binary on a free port, with a database in a temporary folder, or on a database of
// PostgreSQL that it shares with another.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What two servers have to agree on to be one product. */
export type Settings = Readonly<Record<string, string>>;

const root = resolve(import.meta.dirname, "..");

/** Started with the sandbox provider and the demo account. Always `stop` it: that removes its folder too. */
export class Server {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly settings: Settings,
  ) {}

  static async start(settings: Settings = {}): Promise<Server> {
    const server = new Server(await freePort(), mkdtempSync(join(tmpdir(), "callboard-end2end-")), settings);
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
        ...this.settings,
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

/** A new, empty database of PostgreSQL's throw-away cluster (.ci/postgres), and a key for all who serve it. */
export class SharedDatabase {
  private readonly name = `journey_${randomBytes(6).toString("hex")}`;

  constructor() {
    this.sql(`CREATE DATABASE ${this.name}`);
  }

  readonly settings: Settings = {
    DATABASE_URL: cluster(this.name),
    CALLBOARD_SECRET_KEY: randomBytes(32).toString("hex"),
  };

  drop(): void {
    this.sql(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }

  private sql(statement: string): void {
    const psql = join(execFileSync("bash", ["-c", ". .ci/env && postgres_programs"], { cwd: root, encoding: "utf8" }).trim(), "psql");
    execFileSync(psql, [cluster(), "-qXc", statement]);
  }
}

function cluster(database?: string): string {
  const address = process.env["CALLBOARD_TEST_POSTGRES"];
  if (address === undefined) throw new Error("CALLBOARD_TEST_POSTGRES names no cluster: run the journeys under .ci/postgres");
  const url = new URL(address);
  if (database !== undefined) url.pathname = database;
  return url.href;
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
