import type { OssRefusal } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { BucketRecord } from '../store/bucket-record.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { send } from '../wire/responses.js';
import { readXml } from '../wire/xml.js';

const maxBytes = 1024 * 1024;

/** A sub-resource of a bucket that is stored as XML and returned as stored. */
export interface Setting {
  readonly name: string;
  /** Name of the document's root element. */
  readonly root: string;
  /** @throws OssRefusal MalformedXML, InvalidArgument and the like */
  readonly check: (root: Record<string, unknown>, exchange: AddressedExchange, state: EmulatorState) => void;
  /** Adds the elements that OSS adds to a stored document. */
  readonly complete?: (text: string) => string;
  /** The response for a bucket without this setting: a document, or a refusal. */
  readonly unset: string | (() => OssRefusal);
}

type Answer = (exchange: AddressedExchange, state: EmulatorState) => void | Promise<void>;

/** `PUT`, `GET` and `DELETE` of a setting. */
export function settingOperations(setting: Setting): Record<'GET' | 'PUT' | 'DELETE', Answer> {
  const { name, root, check, unset, complete = (text) => text } = setting;
  return {
    GET(exchange, { buckets }) {
      const stored = buckets.get(exchange.bucket).settings[name];
      if (stored === undefined && typeof unset !== 'string') throw unset();
      send(exchange, 200, { 'content-type': 'application/xml' }, stored ?? `${xmlHead}${String(unset)}`);
    },
    async PUT(exchange, state) {
      const text = await readText(exchange, maxBytes);
      state.buckets.get(exchange.bucket);
      check(readXml(text, root), exchange, state);
      await changeSetting(exchange, state, name, () => complete(text));
      send(exchange, 200);
    },
    async DELETE(exchange, state) {
      await changeSetting(exchange, state, name, () => undefined);
      send(exchange, 204);
    },
  };
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * Replaces the stored text of a setting, or removes it if `change` returns undefined.
 * @throws OssRefusal NoSuchBucket
 */
export function changeSetting(
  { bucket }: AddressedExchange,
  { buckets }: EmulatorState,
  name: string,
  change: (current: string | undefined) => string | undefined,
): Promise<void> {
  // Looked up first, so that an invalid bucket name gets the usual refusal.
  buckets.get(bucket);
  return buckets.update(bucket, (current: BucketRecord) => {
    const { [name]: old, ...others } = current.settings;
    const text = change(old);
    return { ...current, settings: text === undefined ? others : { ...others, [name]: text } };
  });
}
