import { OssRefusal, invalidArgument } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import { placeFile } from '../store/received-file.js';
import { uploadHeaders } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';
import { readAcl, readProperties } from '../properties/object-properties.js';
import { withEvents } from '../events/with-events.js';
import { mayReplace, receiveBody } from './put-object.js';

/** `POST /key?append&position=` */
export async function appendObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey, outgoing } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const position = readPosition(exchange.query['position']);
  const given = headers['x-oss-object-acl'];
  const start = {
    key: objectKey,
    properties: () => readProperties(headers, bucket),
    acl: given === undefined ? undefined : readAcl(given),
  };
  const file = await receiveBody(exchange, state);
  try {
    const object = await withEvents(exchange, state, { operation: 'AppendObject', position }, (note) => {
      const wish = { mayReplace: mayReplace(headers), note };
      return placeFile(file, () => bucket.objects.append(file, position, { ...start, wish }));
    });
    send(exchange, 200, {
      ...uploadHeaders(bucket, object),
      'x-oss-next-append-position': String(object.sizeBytes),
    });
  } catch (error) {
    if (error instanceof OssRefusal && error.facts['Position'] !== undefined)
      outgoing.setHeader('x-oss-next-append-position', error.facts['Position']);
    throw error;
  }
}

function readPosition(text: string | undefined): number {
  if (text === undefined) throw refusal('MissingArgument', { ArgumentName: 'position' });
  const position = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(position)) return position;
  throw invalidArgument('The position must be a non-negative integer.', undefined, {
    ArgumentName: 'position',
    ArgumentValue: text,
  });
}
