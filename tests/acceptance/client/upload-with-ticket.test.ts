import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startStack, type Stack } from '#testing';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { skippedWithoutChromium } from '../fixtures/chromium.fixture.js';
import { type ClientPages, startClientPages } from './client-page.fixture.js';

interface Ticket {
  id: string;
  objectKey: string;
  form: { url: string; fields: Record<string, string> };
  put: { url: string; headers: Record<string, string> };
}
interface Outcome {
  stored?: { uploadId: string | null; callbackFailed: boolean };
  error?: { name: string; message: string; status?: number; code?: string };
  progress: { sentBytes: number; totalBytes: number }[];
}

const maxBytes = 5_000_000;

describe.skipIf(skippedWithoutChromium)(
  `uploadWithTicket in a real Chromium${skippedWithoutChromium}`,
  () => {
    let stack: Stack;
    let pages: ClientPages;
    let page: Page;
    beforeAll(async () => {
      stack = await startStack('postgres', {
        TICKET_MAX_BYTES: String(maxBytes),
        EMULATOR_FAULTS: JSON.stringify({
          rules: [
            { fault: 'callback.drop', keys: 'silent/*' },
            { fault: 'request.reset', keys: 'broken/*' },
            { fault: 'request.loseAnswer', keys: 'lost/*' },
          ],
        }),
      });
      pages = await startClientPages();
      page = await pages.open();
      return async () => {
        await pages[Symbol.asyncDispose]();
        await stack[Symbol.asyncDispose]();
      };
    });

    const issue = async (key: string): Promise<Ticket> => {
      const answer = await fetch(`${stack.api.url}/v1/tickets`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.env['API_KEYS']}`, 'content-type': 'application/json' },
        body: JSON.stringify({ key, contentType: 'text/plain' }),
      });
      expect(answer.status).toBe(201);
      return (await answer.json()) as Ticket;
    };

    /** Uploads from the page; `more` are further options, as source. */
    const upload = (ticket: Ticket, sizeBytes: number, more = ''): Promise<Outcome> =>
      page.evaluate(`(async () => {
      const progress = [];
      const file = new File([new Uint8Array(${sizeBytes}).fill(97)], 'a.txt', { type: 'text/plain' });
      const options = { onProgress: (one) => progress.push(one), ${more} };
      try {
        return { progress, stored: await client.uploadWithTicket(file, ${JSON.stringify(ticket)}, options) };
      } catch ({ name, message, status, code }) {
        return { progress, error: { name, message, status, code } };
      }
    })()`);

    test.each(['form', 'put'])('by %s, with progress to the end and the id of the upload', async (via) => {
      const ticket = await issue(`plain/${via}.txt`);
      const { stored, error, progress } = await upload(ticket, 4_000_000, `via: '${via}'`);
      expect(error).toBeUndefined();
      expect(stored).toEqual({
        ticketId: ticket.id,
        objectKey: ticket.objectKey,
        uploadId: expect.any(String),
        callbackFailed: false,
      });
      const sent = progress.map(({ sentBytes }) => sentBytes);
      expect(sent.toSorted((a, b) => a - b)).toEqual(sent);
      expect(progress.at(-1)?.sentBytes).toBe(progress.at(-1)?.totalBytes);
      expect(sent.at(-1)).toBeGreaterThanOrEqual(4_000_000);
      const found = await stack.waitFor(stored?.uploadId ?? '', 'ready', 'ignored');
      expect(found).toMatchObject({ objectKey: ticket.objectKey, sizeBytes: 4_000_000 });
    });

    test.each(['form', 'put'])('by %s, when the callback fails: stored, and nobody was told', async (via) => {
      const ticket = await issue(`silent/${via}.txt`);
      const { stored } = await upload(ticket, 1_000, `via: '${via}'`);
      expect(stored).toMatchObject({ uploadId: null, callbackFailed: true });
    });

    test('what OSS refuses is refused with its code', async () => {
      const ticket = await issue('plain/refused.txt');
      expect((await upload(ticket, maxBytes + 1)).error).toMatchObject({
        name: 'UploadRefused',
        status: 400,
        code: 'EntityTooLarge',
      });
      expect((await upload(ticket, 0)).error).toMatchObject({
        name: 'UploadRefused',
        code: 'EntityTooSmall',
      });
      expect((await upload(ticket, 10)).stored).toMatchObject({ callbackFailed: false });
      expect((await upload(ticket, 10)).error).toMatchObject({ status: 409, code: 'FileAlreadyExists' });
      const forged = { ...ticket, form: { ...ticket.form, fields: { ...ticket.form.fields, key: 'other' } } };
      expect((await upload(forged, 10)).error).toMatchObject({ name: 'UploadRefused', status: 403 });
    });

    test.each(['broken', 'lost'])('a connection that is %s is an interruption', async (folder) => {
      const { error } = await upload(await issue(`${folder}/a.txt`), 1_000);
      expect(error?.name).toBe('UploadInterrupted');
    });

    test('a server that stands still is given up', async () => {
      const silent = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const ticket = await issue('plain/stalled.txt');
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
      const { error } = await upload({ ...ticket, form: { ...ticket.form, url } }, 10, 'stallTimeoutMs: 200');
      expect(error).toMatchObject({ name: 'UploadInterrupted', message: 'no progress for 200 ms' });
      silent.closeAllConnections();
      await new Promise((resolve) => silent.close(resolve));
    });

    test('a signal ends it, before it begins and in the middle', async () => {
      const ticket = await issue('plain/aborted.txt');
      const before = await upload(ticket, 10, `signal: AbortSignal.abort(new Error('before'))`);
      expect(before.error?.message).toBe('before');
      await page.evaluate('globalThis.stopping = new AbortController()');
      const middle = await upload(
        ticket,
        4_000_000,
        `signal: stopping.signal, onProgress: () => stopping.abort(new Error('middle'))`,
      );
      expect(middle.error?.message).toBe('middle');
    });

    test('an error of onProgress ends it and is handed on', async () => {
      const { error } = await upload(
        await issue('plain/thrown.txt'),
        10,
        `onProgress: () => { throw new Error('mine') }`,
      );
      expect(error?.message).toBe('mine');
    });
  },
);
