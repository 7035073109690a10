import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, type Stack, startStack } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';
import { expectAccessible, visit } from './visit.fixture.js';

/** The api keeps its figures for twenty times as long as counting took, a minute at most. */
const figuresKept = { timeout: 75_000 };

const hostile = `"><img src=x onerror="window.hurt=1"><script>window.hurt=1</script>`;

describe.skipIf(skippedWithoutChromium)(`the page of operations${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  /** Where deliveries go; answers with this status. */
  let receiverUrl: string;
  let status = 500;
  beforeAll(async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end(`broken ${hostile}`));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    receiverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    stack = await startStack('postgres', { WEBHOOKS_ALLOW: '127.0.0.0/8', WEBHOOKS_RETRY_S: '1' });
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    };
  });

  const card = (page: Page, name: string) => page.getByRole('article', { name });
  const figure = (page: Page, queue: string, name: string) =>
    card(page, queue).getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd');
  const images = 'Images and stills';

  test('a queue is paused, what lands waits, and goes on when it is resumed, without a reload', async () => {
    const { page, complaints } = await visit(browser, stack, '/console/operations');
    await card(page, images).getByText('Running').waitFor();
    await page.getByRole('button', { name: `Pause ${images}` }).click();
    await card(page, images).getByText('Paused').waitFor(figuresKept);
    await eventually(() => (stack.worker.output().includes('the queue is paused') ? true : undefined));
    const id = await putObject(stack, 'waits.png', await png(64, 48));
    await figure(page, images, 'Waiting').getByText('1', { exact: true }).waitFor(figuresKept);
    await page.getByRole('button', { name: `Resume ${images}` }).click();
    await stack.waitFor(id, 'ready');
    await figure(page, images, 'Waiting').getByText('0', { exact: true }).waitFor(figuresKept);
    await card(page, images).getByText('Running').waitFor(figuresKept);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('workers are listed with what they take, and storage by kind', async () => {
    const { page } = await visit(browser, stack, '/console/operations');
    const row = page.getByRole('group', { name: 'Workers' }).getByRole('row').nth(1);
    await row.getByText(/Images and stills × \d+/).waitFor();
    await row.getByText('None').waitFor();
    expect(await row.getByRole('cell').last().innerText()).toMatch(/ago$/);
    await page
      .getByRole('table', { name: 'Uploads', exact: true })
      .getByRole('rowheader', { name: 'image' })
      .waitFor();
    await page.context().close();
  });

  test('a webhook is added, its secret is shown once, a delivery fails, and arrives when it is sent again', async () => {
    status = 500;
    const { page, complaints } = await visit(browser, stack, '/console/operations');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const form = page.getByRole('dialog', { name: 'Add webhook' });
    await form.getByLabel('URL').fill(receiverUrl);
    await form.getByLabel('Description').fill(hostile);
    await form.getByLabel('upload.failed').check();
    await form.getByRole('button', { name: 'Save' }).click();
    const shown = page.getByRole('dialog', { name: 'Webhook key' });
    const secret = await shown.getByLabel('Secret', { exact: true }).inputValue();
    expect(secret).toMatch(/^whsec_.{32,}$/);
    await shown.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('link', { name: receiverUrl }).click();
    await page.getByRole('heading', { name: 'Webhook', exact: true }).waitFor();
    await page.getByText(hostile).waitFor();
    expect(await page.content()).not.toContain(secret);

    await page.getByRole('button', { name: 'Send test' }).click();
    const delivery = page.getByRole('dialog', { name: 'Delivery' });
    await delivery.getByText('Failed', { exact: true }).waitFor();
    await delivery.getByText('500', { exact: true }).waitFor();
    await delivery.getByText(`broken ${hostile}`).waitFor();
    await expectAccessible(page);
    status = 204;
    await delivery.getByRole('button', { name: 'Send again' }).click();
    await delivery.getByText('Delivered', { exact: true }).waitFor();
    await delivery.getByRole('button', { name: 'Close' }).last().click();
    const deliveries = page.getByRole('region', { name: 'Deliveries' });
    await deliveries.getByRole('cell', { name: 'Delivered' }).waitFor();

    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByText('No matching deliveries.').waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('');
    await page.getByRole('button', { name: 'Replay' }).click();
    const range = page.getByRole('dialog', { name: 'Replay events of a time range' });
    await range.getByLabel('Since').fill('2020-01-01T00:00');
    await range.getByLabel('Delivered').check();
    await range.getByRole('button', { name: 'Send again' }).click();
    await range.getByText(/\d queued for sending/).waitFor();
    await range.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
    expect(await shown.getByLabel('Secret', { exact: true }).inputValue()).not.toBe(secret);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled by request').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No webhooks yet.').waitFor();
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('has no violation that axe finds, light and dark', async () => {
    status = 200;
    const authorization = `Bearer ${stack.env['API_KEYS']}`;
    const answer = await fetch(`${stack.api.url}/v1/webhooks`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiverUrl, description: 'looked at' }),
    });
    const { id } = (await answer.json()) as { id: string };
    const { page, complaints } = await visit(browser, stack, '/console/operations');
    await page.getByText('Uploads per day').first().waitFor();
    await page.getByText(/Images and stills × \d+/).waitFor();
    await page.getByRole('link', { name: receiverUrl }).first().waitFor();
    await expectAccessible(page);
    await page.goto(`${stack.api.url}/console/operations?webhook=${id}`);
    await page.getByRole('button', { name: 'Send test' }).click();
    await page.getByRole('dialog').getByText('Delivered', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Deliveries' }).getByRole('cell', { name: 'Delivered' }).waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
