import type { EmulatorState } from '../state/emulator-state.js';
import { withEvents } from '../events/with-events.js';
import type { Note } from '../store/object-change.js';
import type { Deletion } from '../store/bucket-objects.js';
import type { Bucket } from '../store/buckets.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { encodingElements, readEncoding } from '../wire/paging.js';
import { readText } from '../wire/read-body.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { readXml, recordOf, type XmlElement } from '../wire/xml.js';
import { readVersionId, type Wanted } from '../lookup/find-object.js';

const maxKeys = 1000;

/** `DELETE /key`: answers 204 even if there is no such object. */
export async function deleteObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const bucket = state.buckets.get(exchange.bucket);
  const versionId = readVersionId(exchange.query['versionId']);
  const deleted = await withEvents(exchange, state, { operation: 'DeleteObject' }, (note) =>
    deleteOne(bucket, { key: exchange.objectKey, versionId }, note),
  );
  send(exchange, 204, {
    ...(bucket.versioning && { 'x-oss-version-id': deleted.versionId }),
    ...(deleted.deleteMarker && { 'x-oss-delete-marker': 'true' }),
  });
}

/** `POST /?delete` with a list of keys and, optionally, version ids. */
export async function deleteObjects(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const bucket = state.buckets.get(exchange.bucket);
  const encode = readEncoding(exchange.query);
  const root = readXml(await readText(exchange), 'Delete');
  const wanted = readList(root['Object']);
  const deletions = await withEvents(exchange, state, { operation: 'DeleteObjects' }, (note) =>
    Promise.all(wanted.map((one) => deleteOne(bucket, one, note))),
  );
  if (root['Quiet'] === 'true') return send(exchange, 200);
  const elements = wanted.map(({ key, versionId }, at): XmlElement => [
    'Deleted',
    [['Key', encode(key)], ...deletionElements(versionId, deletions[at])],
  ]);
  sendXml(exchange, 200, ['DeleteResult', [...encodingElements(exchange.query), ...elements]]);
}

function deleteOne({ objects }: Bucket, { key, versionId }: Wanted, note: Note): Promise<Deletion> {
  return versionId === undefined ? objects.delete(key, note) : objects.deleteVersion(key, versionId, note);
}

/** The version named in the request, and the delete marker that was created or deleted. */
function deletionElements(versionId: string | undefined, deletion: Deletion | undefined): XmlElement[] {
  const named: XmlElement[] = versionId === undefined ? [] : [['VersionId', versionId]];
  if (!deletion?.deleteMarker) return named;
  return [...named, ['DeleteMarker', true], ['DeleteMarkerVersionId', deletion.versionId]];
}

function readList(list: unknown): Wanted[] {
  if (!Array.isArray(list) || list.length > maxKeys) throw refusal('MalformedXML');
  return list.map((item: unknown) => {
    const { Key: key, VersionId: versionId } = recordOf(item);
    if (typeof key !== 'string' || key === '') throw refusal('MalformedXML');
    if (versionId === undefined || versionId === '') return { key, versionId: undefined };
    if (typeof versionId !== 'string') throw refusal('MalformedXML');
    return { key, versionId: readVersionId(versionId) };
  });
}
