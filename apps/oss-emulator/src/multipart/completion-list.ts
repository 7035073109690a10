import { invalidArgument, normalizeEtag } from '#oss';
import type { AddressedExchange } from '../wire/exchange.js';
import type { Bucket } from '../store/buckets.js';
import { maxPartNumber } from './find-upload.js';
import type { StoredPart, UploadRecord } from '../store/upload-record.js';
import { refusal } from '../wire/refusals.js';
import { readXml, recordOf } from '../wire/xml.js';

const minPartBytes = 100 * 1024;

/**
 * Chooses the parts of the object: those listed in the body, or all with the header `x-oss-complete-all: yes`.
 * @throws OssRefusal MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidArgument
 */
export function chooseParts(
  list: string,
  headers: AddressedExchange['headers'],
  upload: UploadRecord,
  uploads: Bucket['uploads'],
): StoredPart[] {
  const takesAll = headers['x-oss-complete-all'] === 'yes';
  // The misspelling is OSS's own.
  if (takesAll && list !== '')
    throw invalidArgument('Should not speficy both complete all header and http body.', '0042-00000216');
  const parts = takesAll ? [...uploads.parts(upload)] : listedParts(list, upload, uploads);
  // An upload without parts becomes an empty object: the Go SDKs upload empty files this way.
  if (parts.length === 0 && !uploads.parts(upload).next().done) throw refusal('MalformedXML');
  if (parts.slice(0, -1).some(({ sizeBytes }) => sizeBytes < minPartBytes)) throw refusal('EntityTooSmall');
  return parts;
}

function listedParts(text: string, upload: UploadRecord, uploads: Bucket['uploads']): StoredPart[] {
  const list = readXml(text, 'CompleteMultipartUpload')['Part'] ?? [];
  if (!Array.isArray(list)) throw refusal('MalformedXML');
  let last = 0;
  return list.map((item: unknown) => {
    const { PartNumber: number, ETag: etag } = recordOf(item);
    if (typeof number !== 'string' || !/^\d{1,5}$/.test(number) || typeof etag !== 'string')
      throw refusal('MalformedXML');
    const partNumber = Number(number);
    if (partNumber <= last) throw refusal('InvalidPartOrder');
    last = partNumber;
    const part = partNumber <= maxPartNumber ? uploads.part(upload, partNumber) : undefined;
    if (!part || part.etag !== normalizeEtag(etag)) throw refusal('InvalidPart');
    return part;
  });
}
