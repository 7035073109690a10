import { presignUrlV4 } from '#oss';
import type { StoredObject } from '../store/stored-object.js';
import type { EmulatorState } from '../state/emulator-state.js';
import { readLimit, takePage } from '../wire/paging.js';
import { showTime } from './buckets.js';
import { html, type Html } from './html/html.js';
import { linkTo, type Query, type Resource } from './resource.js';

const linkLifetimeS = 3_600;
/** Larger pictures get no preview, since the browser would have to download them in full. */
const pictureMaxBytes = 20 * 1024 * 1024;
const pictureType = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/;

interface ObjectPage {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly prefixes: readonly string[];
  readonly items: readonly ListedObject[];
  /** Value of `after` for the next page; null if there is none. */
  readonly next: string | null;
}

interface ListedObject extends Pick<StoredObject, 'key' | 'sizeBytes' | 'etag' | 'mimeType' | 'modifiedAt'> {
  /** Signed, relative to the emulator's own address. */
  readonly url: string;
}

/** `GET /-/objects?bucket=&prefix=&delimiter=&after=&limit=` */
export const objectList: Resource<ObjectPage> = {
  section: 'buckets',
  title: ({ bucket, prefix }) => `${bucket}/${prefix}`,
  read({ bucket: name = '', prefix = '', delimiter = '/', after = '', ...query }, state) {
    const bucket = state.buckets.get(name);
    const limit = readLimit(query, 'limit', 50);
    const entries = bucket.objects.list(after, { prefix, delimiter });
    const { page, isTruncated } = takePage(entries, limit);
    const last = page.at(-1);
    return {
      bucket: name,
      prefix,
      delimiter,
      prefixes: page.flatMap((entry) => ('record' in entry ? [] : [entry.commonPrefix])),
      items: page.flatMap((entry) => ('record' in entry ? [listed(entry.record, name, state)] : [])),
      next: isTruncated && last ? ('record' in last ? last.record.key : last.commonPrefix) : null,
    };
  },
  render: (page, query) =>
    html` <h1>Objects of ${page.bucket}</h1>
      ${breadcrumbs(page)}
      <form class="filter">
        <input type="hidden" name="bucket" value="${page.bucket}" />
        <label
          >Prefix <input name="prefix" value="${page.prefix}" autocomplete="off" spellcheck="false"
        /></label>
        <label
          >Delimiter <input name="delimiter" value="${page.delimiter}" maxlength="10" autocomplete="off"
        /></label>
        <button>List</button>
      </form>
      ${page.items.length + page.prefixes.length === 0 ? html`<p class="empty">There is no object here.</p>` : table(page)}
      ${pageLinks(page, query)}`,
};

function listed(
  { key, sizeBytes, etag, mimeType, modifiedAt }: StoredObject,
  bucket: string,
  state: EmulatorState,
): ListedObject {
  return { key, sizeBytes, etag, mimeType, modifiedAt, url: sign(bucket, key, state) };
}

/** A signed link valid for one hour, relative so that it works with any host name of the emulator. */
function sign(bucket: string, objectKey: string, { keys, publicUrl, region }: EmulatorState): string {
  const url = presignUrlV4({
    ...keys.own,
    endpoint: publicUrl,
    pathStyle: true,
    bucket,
    objectKey,
    region,
    expiresInS: linkLifetimeS,
  });
  return url.slice(publicUrl.origin.length);
}

function breadcrumbs({ bucket, prefix, delimiter }: ObjectPage): Html {
  const parts = delimiter ? prefix.split(delimiter).slice(0, -1) : [];
  const links = parts.map((part, index) => {
    const upTo = parts.slice(0, index + 1).map((one) => one + delimiter);
    return html`<a href="${linkTo('objects', { bucket, prefix: upTo.join('') })}">${part}</a>${delimiter}`;
  });
  return html`<nav class="path" aria-label="Path">
    <a href="/-/buckets">Buckets</a> › <a href="${linkTo('objects', { bucket })}">${bucket}</a> › ${links}
  </nav>`;
}

const table = ({ bucket, prefix, delimiter, prefixes, items }: ObjectPage): Html =>
  html` <table>
    <thead>
      <tr>
        <th scope="col"><span class="hidden">Picture</span></th>
        <th scope="col">Key</th>
        <th scope="col" class="number">Size</th>
        <th scope="col" class="wide">Type</th>
        <th scope="col" class="wide">Modified (UTC)</th>
      </tr>
    </thead>
    <tbody>
      ${prefixes.map(
        (one) =>
          html` <tr>
            <td></td>
            <td colspan="4">
              <a href="${linkTo('objects', { bucket, prefix: one, delimiter })}"
                ><bdi>${one.slice(prefix.length)}</bdi></a
              >
            </td>
          </tr>`,
      )}${items.map(
        ({ key, url, sizeBytes, mimeType, modifiedAt }) =>
          html` <tr>
            <td class="picture">
              ${pictureType.test(mimeType) && sizeBytes <= pictureMaxBytes && html`<img src="${url}" alt="" loading="lazy" />`}
            </td>
            <td>
              <a href="${url}" download><bdi>${key.slice(prefix.length) || key}</bdi></a>
            </td>
            <td class="number">${showSize(sizeBytes)}</td>
            <td class="wide type">${mimeType}</td>
            <td class="wide time">${showTime(modifiedAt)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

function pageLinks({ bucket, prefix, delimiter, next }: ObjectPage, { after, limit }: Query): Html {
  const place = { bucket, prefix, delimiter, limit };
  return html`<p class="pages">
    ${after && html`<a href="${linkTo('objects', place)}">First page</a>`}
    ${next !== null && html`<a href="${linkTo('objects', { ...place, after: next })}">Next page</a>`}
  </p>`;
}

function showSize(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(sizeBytes, 1)) / 10), units.length - 1);
  return `${(sizeBytes / 1024 ** power).toFixed(power > 0 ? 1 : 0)} ${units[power]}`;
}
