import { AxeBuilder } from '@axe-core/playwright';
import type { Stack } from '#testing';
import type { Browser, Page } from 'playwright-core';

/** A page of the console, logged in. */
export interface RoomPage {
  page: Page;
  /** What the browser complained of: refused scripts, requests to others, errors. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens a page of the console in a context of its own. */
export async function openRoom(
  browser: Browser,
  stack: Stack,
  path: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<RoomPage> {
  const context = await browser.newContext({ colorScheme, locale: 'en-US' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${stack.api.url}/console/${path}#key=${stack.env['API_KEYS']}`);
  return { page, complaints, close: () => context.close() };
}

/** What of the page as it is shown now is against the rules of WCAG. */
export async function findViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
