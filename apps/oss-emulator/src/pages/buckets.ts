import { readLimit } from '../wire/paging.js';
import { html, type Html } from './html/html.js';
import { linkTo, type Resource } from './resource.js';

interface BucketPage {
  readonly items: readonly { readonly name: string; readonly createdAt: string }[];
  /** Value of `after` for the next page; null if there is none. */
  readonly next: string | null;
}

/** `GET /-/buckets?after=&limit=` */
export const bucketList: Resource<BucketPage> = {
  section: 'buckets',
  title: () => 'Buckets',
  read({ after = '', ...query }, { buckets }) {
    const limit = readLimit(query, 'limit', 100);
    const names = buckets.list().filter(({ name }) => name > after);
    const items = names.slice(0, limit).map(({ name, createdAt }) => ({ name, createdAt }));
    return { items, next: names.length > limit ? (items.at(-1)?.name ?? null) : null };
  },
  render: ({ items, next }, _query, { publicUrl, region }) =>
    html` <h1>Buckets</h1>
      <p class="soft">Endpoint <code>${publicUrl.origin}</code>, region <code>${region}</code></p>
      ${items.length === 0 ? html`<p class="empty">There is no bucket.</p>` : table(items)}
      ${next !== null && html`<p class="pages"><a href="${linkTo('buckets', { after: next })}">More buckets</a></p>`}`,
};

const table = (items: BucketPage['items']): Html =>
  html` <table>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Created</th>
      </tr>
    </thead>
    <tbody>
      ${items.map(
        ({ name, createdAt }) =>
          html` <tr>
            <td><a href="${linkTo('objects', { bucket: name })}">${name}</a></td>
            <td class="time">${showTime(createdAt)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

/** Renders a time in UTC, to the second. */
export function showTime(at: string): Html {
  return html`<time datetime="${at}">${at.slice(0, 19).replace('T', ' ')}</time>`;
}
