import { readFile } from 'node:fs/promises';
import { eventually } from '#testing';
import { Client } from 'pg';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { putObject, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';
import type { Stack } from '#testing';
import { allowConsole, atLeast, expectAccessible, hostile, visit } from './visit.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: photos
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 320, format: webp }
      - { name: large, kind: image, width: 640, format: webp }
`;

/** A picture with structure, of which other sizes are near duplicates. */
const picture = (width: number, hue: number) =>
  sharp(
    Buffer.from(
      `<svg width="640" height="480" xmlns="http://www.w3.org/2000/svg"><rect width="640" height="480" fill="hsl(${hue},60%,70%)"/>
       <circle cx="${180 + hue}" cy="200" r="130" fill="gold"/><rect x="60" y="330" width="500" height="90" fill="navy"/></svg>`,
    ),
  )
    .resize(width)
    .png()
    .toBuffer();

describe.skipIf(skippedWithoutChromium)(`the gallery in a real Chromium${skippedWithoutChromium}`, () => {
  let stack: Stack;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startPipelines('postgres', pipelines);
    await allowConsole(stack);
    browser = await launchChromium();
    return async () => {
      await browser.close();
      await stack[Symbol.asyncDispose]();
    };
  });

  const foreign = (origins: Set<string>) =>
    [...origins].filter((origin) => origin !== stack.api.url && origin !== stack.emulator.url);
  const linkOf = (page: Page, name: string) => page.getByRole('link', { name, exact: false }).first();
  const change = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await fetch(`${stack.api.url}/v1/uploads/${path}`, {
      method,
      headers: { authorization: `Bearer ${stack.env['API_KEYS']}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  /** Rows as if so many had landed, a minute after the other; the newest is the last. Ids of others have another space. */
  const insert = async (prefix: string, count: number, space: string): Promise<void> => {
    await using client = Object.assign(new Client(stack.databaseUrl), {
      [Symbol.asyncDispose]: () => client.end(),
    });
    await client.connect();
    await client.query(
      `INSERT INTO uploads (id, bucket, object_key, etag, size_bytes, mime_type, source, proof, kind, status,
                            confirmed_at, sweep_at, created_at, updated_at, ready_at)
       SELECT (lpad(to_hex((extract(epoch FROM landed) * 1000)::bigint), 12, '0') || '700080' || $3
               || lpad(to_hex(n), 12, '0'))::uuid, 'landfall', $1 || n || '.jpg',
              md5(n::text), n, 'image/jpeg', 'callback', 'object', 'image', 'ready', landed, landed, landed, landed, landed
       FROM generate_series(1, $2::int) AS n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS landed) AS t`,
      [prefix, count, space],
    );
  };

  test('shows what lands while one looks, with its picture, and how it goes on', async () => {
    const { page, complaints, origins } = await visit(browser, stack, '/console/');
    await page.getByText('No uploads yet.').waitFor();
    await page.evaluate('window.isTheSamePage = true');
    const id = await putObject(stack, 'live/sea.png', await picture(900, 40));
    const link = linkOf(page, 'live/sea.png');
    await link.getByText('ready').waitFor();
    expect(await atLeast(link.locator('img'), 'naturalWidth', 1)).toBe(320);
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    await change('PATCH', id, { title: 'The sea' });
    await linkOf(page, 'The sea').waitFor();
    await change('DELETE', id);
    await linkOf(page, 'The sea').waitFor({ state: 'detached' });
    expect(await page.evaluate('window.isTheSamePage')).toBe(true);
    expect(complaints).toEqual([]);
    expect(foreign(origins)).toEqual([]);
  });

  test('keeps filters in the address: a reload and the way back show the same', async () => {
    await putToEnd(stack, 'filters/a.png', await picture(400, 10));
    await putToEnd(stack, 'filters/b.txt', Buffer.from('words'));
    const { page } = await visit(browser, stack, '/console/?prefix=filters/');
    await linkOf(page, 'filters/b.txt').waitFor();
    await page.getByLabel('Kind').selectOption('image');
    await linkOf(page, 'filters/b.txt').waitFor({ state: 'detached' });
    await page.getByText('All but deleted').click();
    await page.getByRole('checkbox', { name: 'ready' }).check();
    await page.getByRole('checkbox', { name: 'failed' }).check();
    await page.waitForURL(/status=ready%2Cfailed/);
    await page.reload();
    await linkOf(page, 'filters/a.png').waitFor();
    expect(await page.getByLabel('Kind').inputValue()).toBe('image');
    expect(await page.getByLabel('Object key begins with').inputValue()).toBe('filters/');
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await linkOf(page, 'filters/b.txt').waitFor();
    await page.getByText('More filters').click();
    await page.getByLabel('Var', { exact: true }).fill('user=7');
    await page.keyboard.press('Enter');
    await page.getByText('No uploads match these filters').waitFor();
    await page.getByRole('button', { name: 'Remove filter var.user=7' }).click();
    await linkOf(page, 'filters/a.png').waitFor();
    await page.goto(`${stack.api.url}/console/?kind=nonsense`);
    await page.getByRole('alert').getByText('request.invalid').waitFor();
    await page.context().close();
  });

  test('scrolls through 100,000 uploads with few of them in the page, and finds the first again', async () => {
    await insert('many/', 100_000, '01');
    const { page } = await visit(browser, stack, '/console/?prefix=many/');
    await linkOf(page, 'many/100000.jpg').waitFor();
    const cells = page.getByRole('main').locator('li');
    let height = 0;
    for (let pages = 0; pages < 12; pages += 1) {
      height = await eventually(async () => {
        await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
        const now = await page.evaluate<number>('document.documentElement.scrollHeight');
        return now > height ? now : undefined;
      });
      expect(await cells.count()).toBeLessThan(150);
    }
    const name = await page
      .getByRole('link', { name: /many\// })
      .last()
      .innerText();
    expect(Number(/many\/(\d+)/.exec(name)?.[1])).toBeLessThan(99_200);
    // Who looks at one comes back to the same place.
    const [seen = ''] = /many\/\d+\.jpg/.exec(name) ?? [];
    await linkOf(page, seen).click();
    await page.getByRole('heading', { level: 1, name: seen }).waitFor();
    await page.goBack();
    await linkOf(page, seen).waitFor();
    expect(await page.evaluate<number>('scrollY')).toBeGreaterThan(2_000);
    await page.evaluate('scrollTo(0, 0)');
    await linkOf(page, 'many/100000.jpg').waitFor();
    // The day that one looks for is reached by its date.
    await page.getByLabel('To date').fill('2026-01-02');
    await page.getByRole('heading', { name: /January 2, 2026/ }).waitFor();
    await page.context().close();
  });

  test('deletes what is chosen with shift, and tells of each that fails', async () => {
    await insert('bulk/', 6, '02');
    const { page } = await visit(browser, stack, '/console/?prefix=bulk/');
    await page.getByRole('checkbox', { name: 'Select bulk/6.jpg' }).check();
    await page.getByRole('checkbox', { name: 'Select bulk/3.jpg' }).click({ modifiers: ['Shift'] });
    await page.getByText('4 selected').waitFor();
    await using client = Object.assign(new Client(stack.databaseUrl), {
      [Symbol.asyncDispose]: () => client.end(),
    });
    await client.connect();
    await client.query(`DELETE FROM uploads WHERE object_key = 'bulk/4.jpg'`);
    await page
      .getByRole('region', { name: 'Selected uploads' })
      .getByRole('button', { name: 'Delete' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Delete 4 uploads?' });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByText('4 selected').count()).toBe(1);
    await page
      .getByRole('region', { name: 'Selected uploads' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('4 of 4 done · 1 failed').waitFor();
    await page.getByRole('listitem').getByText('No upload has this id').waitFor();
    await linkOf(page, 'bulk/6.jpg').waitFor({ state: 'detached' });
    expect(await linkOf(page, 'bulk/2.jpg').count()).toBe(1);
    const { rows } = await client.query(
      `SELECT object_key FROM uploads WHERE status = 'deleted' AND object_key ~ 'bulk'`,
    );
    expect(rows.map((row: { object_key: string }) => row.object_key).toSorted()).toEqual([
      'bulk/3.jpg',
      'bulk/5.jpg',
      'bulk/6.jpg',
    ]);
    await page.context().close();
  });

  test('exports without formulas', async () => {
    const id = await putObject(stack, 'export/=1+1.txt', Buffer.from('words'));
    await stack.waitFor(id, 'ignored');
    await change('PATCH', id, { title: '=HYPERLINK("http://evil.example","x")', tags: ['a,b', '"quoted"'] });
    const { page } = await visit(browser, stack, '/console/?prefix=export/');
    await linkOf(page, '=HYPERLINK').waitFor();
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).first().click(),
      ]);
      return readFile(await download.path(), 'utf8');
    };
    expect(await saved('Export as CSV')).toContain(
      `,"'=HYPERLINK(""http://evil.example"",""x"")","[""a,b"",""\\""quoted\\""""]",`,
    );
    expect(JSON.parse(await saved('Export as JSON'))).toMatchObject([
      { id, objectKey: 'export/=1+1.txt', title: '=HYPERLINK("http://evil.example","x")' },
    ]);
    await page.context().close();
  });

  test('shows near duplicates side by side, with their distance', async () => {
    await putToEnd(stack, 'near/one.png', await picture(640, 60));
    await putToEnd(stack, 'near/two.png', await picture(320, 60));
    const { page } = await visit(browser, stack, '/console/?prefix=near/');
    await page.getByRole('link', { name: 'Near duplicates: near/one.png' }).click();
    await page.getByRole('heading', { name: 'Near duplicates of this upload' }).waitFor();
    await linkOf(page, 'near/two.png').waitFor();
    await page
      .getByText(/^distance [0-3]$/)
      .first()
      .waitFor();
    await page.getByLabel('Maximum distance, in bits').press('ArrowLeft');
    await page.waitForURL(/distance=6/);
    await linkOf(page, 'near/two.png').waitFor();
    expect(await page.getByText(/^distance [0-6]$/).count()).toBeGreaterThan(0);
    await expectAccessible(page);
    await page.context().close();
  });

  test('shows hostile words as words, and is for everybody in the light and in the dark', async () => {
    for (const [index, words] of hostile.entries()) {
      const id = await putObject(stack, `hostile/${words}`, await picture(200, index * 30), {
        body: 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&user=${x:user}',
        customValue: { user: words },
      });
      await stack.waitFor(id, 'ready');
      if (index % 2 === 0) await change('PATCH', id, { title: words, tags: [words.slice(0, 60)] });
    }
    const { page, complaints, origins, harm } = await visit(browser, stack, '/console/?prefix=hostile/');
    for (const words of hostile) await linkOf(page, words).waitFor();
    await page.getByRole('checkbox', { name: hostile[0] }).check();
    await expectAccessible(page);
    expect({ complaints, harm }).toEqual({ complaints: [], harm: [] });
    expect(foreign(origins)).toEqual([]);
    await page.context().close();
  });
});
