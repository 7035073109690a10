import { eventually, ossClient, type Stack, testBucket } from '#testing';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchChromium } from '../fixtures/chromium.fixture.js';

/** A markup that does harm wherever it is taken for such, among the words of five scripts. */
export const hostile = [
  '"><img src=x onerror=harmed()>漢字',
  '"><img src=x onerror=harmed()>العربية',
  '\'"><script>harmed()</script>Кириллица',
  '"><svg onload=harmed()>देवनागरी',
  '{{harmed()}}"><img src=x onerror=harmed()>😀👩‍🚀',
] as const;

/** A page of the console, and what must not happen on one. */
interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, and what the policy of the page refused. */
  readonly complaints: string[];
  /** Hosts that are neither the api's nor the bucket's. */
  readonly foreign: string[];
  /** What markup of others did. */
  readonly harm: string[];
}

export interface ConsoleBrowser extends AsyncDisposable {
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
}

/** A Chromium in which somebody with the API key is logged in to the console of a stack, whose bucket allows its page. */
export async function openConsole(stack: Stack): Promise<ConsoleBrowser> {
  await ossClient(stack).putBucketCORS(testBucket, [
    { allowedOrigin: stack.api.url, allowedMethod: ['GET', 'POST'], allowedHeader: '*' },
  ]);
  const browser: Browser = await launchChromium();
  const known = new Set([stack.api.url, stack.emulator.url].map((url) => new URL(url).host));
  return {
    async open(path, options = {}) {
      const context = await browser.newContext({ locale: 'en-GB', ...options });
      const page = await context.newPage();
      const [complaints, foreign, harm]: string[][] = [[], [], []];
      page.on('pageerror', (error) => complaints?.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && message.text().includes('Content Security Policy'))
          complaints?.push(message.text());
      });
      page.on('request', (request) => {
        const { protocol, host } = new URL(request.url());
        if (protocol.startsWith('http') && !known.has(host)) foreign?.push(request.url());
      });
      page.on('dialog', (dialog) => {
        harm?.push(dialog.message());
        void dialog.dismiss();
      });
      await page.exposeFunction('harmed', () => harm?.push('a script ran'));
      await page.goto(`${stack.api.url}${path}#key=${stack.env['API_KEYS']}`);
      return { page, complaints: complaints ?? [], foreign: foreign ?? [], harm: harm ?? [] };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** Says what of a page breaks the rules of accessibility. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
  ).toEqual([]);
}

/** What a property of an element is, such as how far a video has played. */
export function property(locator: Locator, name: string): Promise<unknown> {
  return locator.evaluate((element, name) => (element as unknown as Record<string, unknown>)[name], name);
}

/** Waits until a number of an element is at least this. */
export function atLeast(locator: Locator, name: string, least: number): Promise<number> {
  return eventually(async () => {
    const value = Number(await property(locator, name));
    return value >= least ? value : undefined;
  }, 30_000);
}
