import { AxeBuilder } from '@axe-core/playwright';
import { eventually, ossClient, type Stack, testBucket } from '#testing';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Markup that does harm wherever it is taken for such, among the words of five scripts. */
export const hostile = [
  '"><img src=x onerror=harmed()>漢字',
  '"><img src=x onerror=harmed()>العربية',
  '\'"><script>harmed()</script>Кириллица',
  '"><svg onload=harmed()>देवनागरी',
  '{{harmed()}}"><img src=x onerror=harmed()>😀👩‍🚀',
] as const;

export interface Visit {
  readonly page: Page;
  /** What the browser complained of: errors of the page, and what its policy refused. */
  readonly complaints: string[];
  /** Where requests went, without those for what the page itself holds. */
  readonly origins: Set<string>;
  /** What hostile markup did. */
  readonly harm: string[];
}

/** Lets the pages of the api read from the bucket, as whoever runs a console sets it (docs/console.md). */
export async function allowConsole(stack: Stack): Promise<void> {
  await ossClient(stack).putBucketCORS(testBucket, [
    { allowedOrigin: stack.api.url, allowedMethod: ['GET', 'POST'], allowedHeader: '*' },
  ]);
}

/** Opens a page of the console in a context of its own, logged in by the address as `npm start` prints it. */
export async function visit(
  browser: Browser,
  { api, env }: Pick<Stack, 'api' | 'env'>,
  path: string,
  { key = env['API_KEYS'] ?? '', ...options }: BrowserContextOptions & { key?: string | null } = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (/^https?:/.test(request.url())) origins.add(new URL(request.url()).origin);
  });
  const harm: string[] = [];
  page.on('dialog', (dialog) => {
    // The console's own question before leaving belongs to the test that expects it.
    if (dialog.type() === 'beforeunload') return;
    harm.push(dialog.message());
    void dialog.dismiss();
  });
  await page.exposeFunction('harmed', () => harm.push('a script ran'));
  await page.goto(`${api.url}${path}${key === null ? '' : `#key=${key}`}`);
  return { page, complaints, origins, harm };
}

/** A file as a page has it. */
export interface PageFile {
  readonly name: string;
  readonly type: string;
  /** Its bytes, or how many: then the page makes them. */
  readonly bytes: Buffer | number;
}

/** Drops files on the page. */
export async function drop(page: Page, files: readonly PageFile[]): Promise<void> {
  const sent = files.map(({ bytes, ...rest }) => ({
    ...rest,
    ...(typeof bytes === 'number' ? { text: '', size: bytes } : { text: bytes.toString('base64'), size: 0 }),
  }));
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    for (const { name, type, text, size } of ${JSON.stringify(sent)}) {
      const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      dataTransfer.items.add(new File([bytes, new Uint8Array(size)], name, { type }));
    }
    for (const type of ['dragover', 'drop'])
      document.querySelector('main').dispatchEvent(
        new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  })()`);
}

/** Holds the page against WCAG A and AA, light and dark. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion: a colour that is on its way to another is neither.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [colorScheme, id, nodes.map(({ html }) => html)])).toEqual([]);
  }
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
