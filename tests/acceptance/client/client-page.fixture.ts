import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../fixtures/chromium.fixture.js';

/** The client as others get it, without a bundler. */
const clientFolder = 'clients/typescript/dist';

const html = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  import * as client from '/client/browser.js';
  globalThis.client = client;
</script>`;

export interface ClientPages extends AsyncDisposable {
  readonly origin: string;
  /** A page of this origin whose global `client` is the browser entry of the package. */
  open(): Promise<Page>;
}

/** A real Chromium, and pages on an origin that is neither the api's nor the bucket's. */
export async function startClientPages(): Promise<ClientPages> {
  const server = createServer(async (request, response) => {
    const path = normalize(request.url ?? '/');
    const isPage = path === '/';
    const file = join(clientFolder, path.replace(/^\/client\//, ''));
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'text/javascript' });
    response.end(isPage ? html : await readFile(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let browser: Browser;
  try {
    browser = await launchChromium();
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    origin,
    async open() {
      const page = await browser.newPage();
      await page.goto(origin);
      await page.waitForFunction('globalThis.client');
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
