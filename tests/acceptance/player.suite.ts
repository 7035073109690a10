import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { inject } from 'vitest';

/** One of the qualities that a stream offers, as the player understood its master playlist. */
export interface Quality {
  width: number;
  height: number;
  frameRate: number;
}

/** One frame as it was shown. */
export interface ShownFrame {
  atS: number;
  width: number;
  height: number;
  /** Brightness (0 to 255) of its quarters: top left, top right, bottom left, bottom right. */
  picture: [number, number, number, number];
}

/** What was seen and heard of a stream. */
export interface Watched {
  frames: ShownFrame[];
  /** The qualities that were switched to, in this order. */
  switches: number[];
  /** Errors that ended the playing. */
  fatal: string[];
  audioTracks: number;
  atS: number;
  durationS: number;
  decodedFrames: number;
  decodedAudioBytes: number;
}

/** A page that plays one stream: hls.js, or Shaka Player where the URL is of a DASH manifest. Every call has a time limit inside the page. */
export interface Player extends AsyncDisposable {
  open(url: string, apiKey?: string): Promise<Quality[]>;
  playUntil(seconds: number): Promise<void>;
  switchTo(quality: number): Promise<void>;
  seek(seconds: number): Promise<ShownFrame>;
  playToEnd(): Promise<Watched>;
  /** Whether the browser decodes this codec string in an MP4. */
  supports(codecs: string): Promise<boolean>;
}

export interface Browser extends AsyncDisposable {
  openPlayer(): Promise<Player>;
}

/** A real Chromium without a window, and the page it plays in. */
export async function startBrowser(): Promise<Browser> {
  const page = await servePage();
  const browser = await chromium.launch({
    executablePath: inject('services').chromiumPath ?? '',
    args: [
      '--autoplay-policy=no-user-gesture-required',
      '--mute-audio',
      // Its sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  return {
    async openPlayer() {
      const tab = await browser.newPage();
      await tab.goto(page.url);
      await tab.waitForFunction('window.player');
      const call = <Answer>(name: string, ...parameters: unknown[]) =>
        tab.evaluate<Answer>(`player.${name}(${parameters.map((one) => JSON.stringify(one)).join(', ')})`);
      return {
        open: (url, apiKey) => call('open', url, ...(apiKey ? [apiKey] : [])),
        playUntil: (seconds) => call('playUntil', seconds),
        switchTo: (quality) => call('switchTo', quality),
        seek: (seconds) => call('seek', seconds),
        playToEnd: () => call('playToEnd'),
        supports: (codecs) => tab.evaluate(`MediaSource.isTypeSupported('video/mp4; codecs="${codecs}"')`),
        [Symbol.asyncDispose]: () => tab.close(),
      };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await page[Symbol.asyncDispose]();
    },
  };
}

const files: Record<string, { file: string; type: string }> = {
  '/': { file: 'tests/acceptance/player/index.html', type: 'text/html' },
  '/player.js': { file: 'tests/acceptance/player/player.js', type: 'text/javascript' },
  '/hls-engine.js': { file: 'tests/acceptance/player/hls-engine.js', type: 'text/javascript' },
  '/dash-engine.js': { file: 'tests/acceptance/player/dash-engine.js', type: 'text/javascript' },
  '/shaka.js': { file: 'node_modules/shaka-player/dist/shaka-player.compiled.js', type: 'text/javascript' },
  '/hls.mjs': { file: 'node_modules/hls.js/dist/hls.mjs', type: 'text/javascript' },
};

/** Serves the page from an origin of its own: playlists and segments come from others, as on a customer's site. */
async function servePage(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(async (request, response) => {
    const known = files[request.url ?? ''];
    if (known) response.writeHead(200, { 'content-type': known.type }).end(await readFile(known.file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
