// The live channel's cable, to be cut.
import type { Page, WebSocketRoute } from "@playwright/test";

/** What a cut leaves in the console. */
export const broken = [/WebSocket/, /ERR_CONNECTION_REFUSED/, /ERR_INTERNET_DISCONNECTED/, /request failed/];

/** The cable of one page's live channel. Install it before the page is opened. */
export class Cable {
  private sockets: WebSocketRoute[] = [];
  private readonly dead = new Set<WebSocketRoute>();
  private isCut = false;

  static async of(page: Page): Promise<Cable> {
    const cable = new Cable();
    await page.routeWebSocket(/\/live\?/, (socket) => {
      if (cable.isCut) {
        void socket.close({ code: 1011 });
        return;
      }
      cable.sockets.push(socket);
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        if (!cable.dead.has(socket)) server.send(message);
      });
      server.onMessage((message) => {
        if (!cable.dead.has(socket)) socket.send(message);
      });
    });
    return cable;
  }

  /** Closes what is open and refuses what comes. */
  async cut(): Promise<void> {
    this.isCut = true;
    for (const socket of this.sockets.splice(0)) await socket.close({ code: 1011 });
  }

  /** Nothing arrives any more over what is open now, and nobody says so. */
  die(): void {
    for (const socket of this.sockets.splice(0)) this.dead.add(socket);
  }

  mend(): void {
    this.isCut = false;
  }
}
