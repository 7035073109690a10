import {
  checkPostConditions,
  checkPostSize,
  invalidArgument,
  quoteEtag,
  readCallbackParameters,
  verifyPostForm,
  type CallbackParameters,
} from '#oss';
import { sufferFaults } from '../faults/request-faults.js';
import { checkAnonymousWrite } from '../access/anonymous-access.js';
import { secretFinder } from '../state/access-keys.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { checkObjectKey } from '../store/object-key.js';
import { findNamedPolicy } from '../callbacks/named-policy.js';
import type { Bucket } from '../store/buckets.js';
import { readPostForm, type PostForm } from './post-form-body.js';
import { readProperties } from '../properties/object-properties.js';
import { withEvents } from '../events/with-events.js';
import { checkOverwrite, mayReplace, storeFile } from '../objects/put-object.js';
import { maxBodyBytes, placeFile, receiveFile } from '../store/received-file.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { uploadHeaders, type StoredObject } from '../store/stored-object.js';
import { answerUpload } from '../callbacks/upload-outcome.js';

/** `POST /` on a bucket with a form. */
export async function postObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const form = await readPostForm(exchange.incoming);
  try {
    await storeForm(exchange, state, form);
  } catch (error) {
    throw form.isBroken() ? refusal('MalformedPOSTRequest') : error;
  } finally {
    // Drains a refused file so that the client gets to read the response.
    form.file.resume();
  }
}

async function storeForm(exchange: AddressedExchange, state: EmulatorState, form: PostForm): Promise<void> {
  const bucket = state.buckets.get(exchange.bucket);
  const named = lastValues(form.fields);
  const now = new Date();
  const findSecret = secretFinder(state.keys, named['x-oss-security-token'], now);
  const signed = verifyPostForm(named, { findSecret, region: state.region, now });
  if (signed) checkPostConditions(signed.policy, form.fields, bucket.name, now);
  const key = readKey(named['key'], form.fileName);
  if (!signed) checkAnonymousWrite(key, bucket);
  const callback = readFormCallback(form.fields, named, bucket);
  // Checked here because the key is known only now.
  if (!(await sufferFaults({ ...exchange, objectKey: key }, 'PostObject', state))) return;
  checkOverwrite(bucket, key, named);
  const maxBytes = Math.min(signed?.policy.sizeRange.maxBytes ?? maxBodyBytes, maxBodyBytes);
  const claimed = { contentMd5: named['content-md5'], crc64: named['x-oss-hash-crc64ecma'] };
  const file = await receiveFile(form.file, state.buckets.incoming, claimed, maxBytes);
  if (signed) await placeFile(file, () => checkPostSize(signed.policy, file.sizeBytes));
  const facts = {
    ...readProperties(named, bucket),
    key,
    mimeType:
      named['x-oss-content-type'] ?? (form.fileType || named['content-type'] || 'application/octet-stream'),
  };
  const occasion = { operation: 'PostObject', vars: callback?.vars } as const;
  const object = await withEvents(exchange, state, occasion, (note) =>
    storeFile(bucket, file, facts, { mayReplace: mayReplace(named), note }),
  );
  await answerUpload(exchange, state, { bucket, object, callback, operation: 'PostObject' }, () =>
    answerPlainly(exchange, object, uploadHeaders(bucket, object), named),
  );
}

/** Fields by lower-case name. The last of several values counts, but the policy conditions apply to all of them. */
function lastValues(fields: PostForm['fields']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, values]) => [name.toLowerCase(), values.at(-1) ?? '']),
  );
}

function readKey(template: string | undefined, fileName: string): string {
  if (template === undefined)
    throw invalidArgument(
      "The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields.",
    );
  const key = template.replaceAll('${filename}', () => fileName);
  checkObjectKey(key);
  return key;
}

/** Reads the callback; a form sends each custom variable as a separate field. */
function readFormCallback(
  fields: PostForm['fields'],
  { callback }: Readonly<Record<string, string>>,
  { settings }: Bucket,
): CallbackParameters | undefined {
  if (callback === undefined) return undefined;
  const policy = findNamedPolicy(callback, settings);
  const parameters = readCallbackParameters(policy?.callback ?? callback, policy?.callbackVar, {
    allowPrivateHosts: true,
  });
  const vars = Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name.startsWith('x:'))
      .map(([name, values]) => [name, values.at(-1) ?? '']),
  );
  return parameters && { ...parameters, vars: { ...parameters.vars, ...vars } };
}

function answerPlainly(
  exchange: AddressedExchange,
  object: StoredObject,
  headers: Readonly<Record<string, string>>,
  named: Readonly<Record<string, string>>,
): void {
  const redirect = named['success_action_redirect'];
  const status = named['success_action_status'];
  const location = `http://${exchange.host}${exchange.rawPath.replace(/\/$/, '')}/${object.key}`;
  if (redirect && URL.canParse(redirect)) {
    const url = new URL(redirect);
    url.searchParams.set('bucket', exchange.bucket);
    url.searchParams.set('key', object.key);
    url.searchParams.set('etag', quoteEtag(object.etag));
    send(exchange, 303, { ...headers, location: url.href });
  } else if (status === '201')
    sendXml(
      exchange,
      201,
      [
        'PostResponse',
        [
          ['Bucket', exchange.bucket],
          ['ETag', quoteEtag(object.etag)],
          ['Key', object.key],
          ['Location', location],
        ],
      ],
      headers,
    );
  else send(exchange, status === '200' ? 200 : 204, headers);
}
