import { LandfallError } from '#runtime';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The keyset cursor of a list by id: the last id of the page. */
export function cursorOf(id: string): string {
  return bytesOf(id).toString('base64url');
}

/** @throws LandfallError request.cursor_invalid */
export function idOfCursor(cursor: string): string {
  return idOf(Buffer.from(cursor, 'base64url'));
}

/** The keyset cursor of a list by distance and id: those of the last item of the page. */
export function nearCursorOf(distance: number, id: string): string {
  return Buffer.concat([Buffer.of(distance), bytesOf(id)]).toString('base64url');
}

/** @throws LandfallError request.cursor_invalid */
export function nearOfCursor(cursor: string): { lastDistance: number; lastId: string } {
  const bytes = Buffer.from(cursor, 'base64url');
  return { lastDistance: bytes[0] ?? 0, lastId: idOf(bytes.subarray(1)) };
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function idOf(bytes: Buffer): string {
  const id = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!uuid.test(id))
    throw new LandfallError('request.cursor_invalid', 'use nextCursor of the previous page');
  return id;
}
