import { statusWord, type Status } from '../parts/status-mark.js';
import { words } from './list/browsing-words.js';
import { dayOf, startOf, statusesOf, withFilter } from './list/upload-query.js';

const kinds = ['image', 'video', 'audio', 'document', 'other'] as const;
const statuses = [
  'stored',
  'processing',
  'ready',
  'failed',
  'ignored',
  'deleted',
] as const satisfies Status[];

interface FiltersProps {
  params: URLSearchParams;
  onChange: (params: URLSearchParams) => void;
}

/** The filters of the API; each change goes into the address. */
export function Filters({ params, onChange }: FiltersProps) {
  const set = (name: string, value: string) => onChange(withFilter(params, name, value));
  const chosen = new Set(statusesOf(params));
  const after = params.get('createdAfter');
  const before = params.get('createdBefore');
  // The last day in the range, since `createdBefore` is exclusive.
  const until = before === null ? '' : dayOf(new Date(Date.parse(before) - 1).toString());
  return (
    <form
      class="browsing-filters"
      aria-label={words.value.filters}
      onSubmit={(event) => event.preventDefault()}
    >
      <label>
        {words.value.kind}
        <select value={params.get('kind') ?? ''} onChange={(event) => set('kind', event.currentTarget.value)}>
          <option value="">{words.value.anyKind}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {words.value[kind]}
            </option>
          ))}
        </select>
      </label>
      <div class="browsing-field">
        <span id="browsing-status">{words.value.status}</span>
        <details class="dropdown">
          <summary aria-describedby="browsing-status">
            {chosen.size === 0
              ? words.value.anyStatus
              : statuses
                  .filter((status) => chosen.has(status))
                  .map(statusWord)
                  .join(', ')}
          </summary>
          <ul>
            {statuses.map((status) => (
              <li key={status}>
                <label>
                  <input
                    type="checkbox"
                    checked={chosen.has(status)}
                    onChange={({ currentTarget }) => {
                      if (currentTarget.checked) chosen.add(status);
                      else chosen.delete(status);
                      set('status', statuses.filter((one) => chosen.has(one)).join(','));
                    }}
                  />
                  {statusWord(status)}
                </label>
              </li>
            ))}
          </ul>
        </details>
      </div>
      <label class="browsing-prefix">
        {words.value.prefix}
        <input
          type="search"
          value={params.get('prefix') ?? ''}
          maxLength={1_023}
          onChange={(event) => set('prefix', event.currentTarget.value)}
        />
      </label>
      <label>
        {words.value.from}
        <input
          type="date"
          value={after === null ? '' : dayOf(after)}
          onChange={({ currentTarget: { value } }) => set('createdAfter', value && startOf(value))}
        />
      </label>
      <label>
        {words.value.to}
        <input
          type="date"
          value={until}
          onChange={({ currentTarget: { value } }) => set('createdBefore', value && startOf(value, 1))}
        />
      </label>
      <label>
        {words.value.sort}
        <select
          value={params.get('sort') ?? '-createdAt'}
          onChange={({ currentTarget: { value } }) => set('sort', value === '-createdAt' ? '' : value)}
        >
          <option value="-createdAt">{words.value.newest}</option>
          <option value="createdAt">{words.value.oldest}</option>
        </select>
      </label>
      <Words params={params} onChange={onChange} />
    </form>
  );
}

/**
 * Tags, labels and vars. Each may occur any number of times, so every value is shown as a chip that can be removed.
 */
function Words({ params, onChange }: FiltersProps) {
  const given = [...params].filter(([name]) => /^(tag|bucket|current|label\.|var\.)/.test(name));
  const add = (name: string, value: string) => {
    const changed = new URLSearchParams(params);
    if (name === 'tag') changed.append(name, value);
    else changed.set(name, value);
    onChange(changed);
  };
  const addNamed = (prefix: string, text: string) => {
    const at = text.indexOf('=');
    if (at > 0) add(`${prefix}.${text.slice(0, at)}`, text.slice(at + 1));
  };
  const fields = [
    ['tag', (text: string) => add('tag', text), undefined],
    ['label', (text: string) => addNamed('label', text), words.value.nameValue],
    ['var', (text: string) => addNamed('var', text), words.value.nameValue],
  ] as const;
  return (
    <>
      <details class="browsing-more">
        <summary>{words.value.more}</summary>
        <div>
          {fields.map(([name, take, hint]) => (
            <label key={name}>
              {words.value[name]}
              <input
                type="text"
                placeholder={hint}
                pattern={hint && '.+=.*'}
                maxLength={400}
                onChange={({ currentTarget }) => {
                  if (currentTarget.value === '' || !currentTarget.checkValidity()) return;
                  take(currentTarget.value);
                  currentTarget.value = '';
                }}
              />
            </label>
          ))}
        </div>
      </details>
      {params.size > 0 && (
        <div class="browsing-chips">
          {given.map(([name, value]) => (
            <button
              key={`${name}=${value}`}
              class="secondary outline"
              type="button"
              aria-label={words.value.remove(`${name}=${value}`)}
              onClick={() => {
                const changed = new URLSearchParams(params);
                changed.delete(name, value);
                onChange(changed);
              }}
            >
              <bdi>
                {name}={value}
              </bdi>{' '}
              ×
            </button>
          ))}
          <button class="quiet" type="button" onClick={() => onChange(new URLSearchParams())}>
            {words.value.clear}
          </button>
        </div>
      )}
    </>
  );
}
