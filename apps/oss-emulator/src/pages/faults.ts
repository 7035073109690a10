import { invalidArgument } from '#oss';
import { eventNames } from '../events/model/event-names.js';
import { readFaultPlan, type FaultRule } from '../faults/fault-plan.js';
import { faultNames, faultTable, type FaultName } from '../faults/fault-table.js';
import type { Faults } from '../faults/faults.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { showTime } from './buckets.js';
import { html, type Html } from './html/html.js';
import { readJsonBody } from './json-body.js';
import { sendJson, type Resource } from './resource.js';

type FaultReport = ReturnType<Faults['report']>;

/**
 * `PUT /-/faults`: replaces the plan.
 * @throws OssRefusal
 */
export async function replaceFaults(
  exchange: AddressedExchange,
  { faults, logger }: EmulatorState,
): Promise<void> {
  const read = readFaultPlan(await readJsonBody(exchange, 'Faults'));
  if ('problem' in read) throw invalidArgument(read.problem);
  faults.replace(read.plan);
  logger.info({ requestId: exchange.requestId, ...read.plan }, 'other faults are on');
  sendJson(exchange, faults.report());
}

/** `GET /-/faults` */
export const faultList: Resource<FaultReport> = {
  section: 'faults',
  title: () => 'Faults',
  read: (_query, { faults }) => faults.report(),
  render: (report) =>
    html` <h1>Faults</h1>
      <p id="problem" role="alert"></p>
      <noscript
        ><p class="failure">
          Switching faults here needs JavaScript. Without it: <code>PUT /-/faults</code>.
        </p></noscript
      >
      <h2>On now</h2>
      ${rulesList(report)}
      <form class="seed" data-change="seed">
        <label
          >Seed of the shares <input type="number" name="seed" value="${report.seed}" step="1" required
        /></label>
        <button>Set, and count anew</button>
      </form>
      <h2>Requests</h2>
      <div class="grid">${faultNames.filter((name) => name.startsWith('request.')).map(form)}</div>
      <h2>Callbacks</h2>
      <div class="grid">${faultNames.filter((name) => name.startsWith('callback.')).map(form)}</div>
      <h2>Events</h2>
      <div class="grid">${faultNames.filter((name) => name.startsWith('event.')).map(form)}</div>
      <h2>What they did last</h2>
      ${recentList(report)}
      <datalist id="request-operations">
        ${options('PutObject GetObject HeadObject DeleteObject ListObjects UploadPart CompleteMultipartUpload PostObject')}
      </datalist>
      <datalist id="callback-operations">${options('PutObject PostObject CompleteMultipartUpload')}</datalist>
      <datalist id="event-operations">${options(Object.keys(eventNames).join(' '))}</datalist>`,
};

const options = (names: string) => names.split(' ').map((name) => html`<option value="${name}">`);

function rulesList({ rules, counts }: FaultReport): Html {
  if (rules.length === 0) return html`<p class="soft">No fault is on.</p>`;
  return html`<ul class="rules">
    ${rules.map(({ fault, ...selection }, index) => {
      const { applied, matched } = counts[index] ?? { applied: 0, matched: 0 };
      return html` <li>
        <span
          ><strong>${fault}</strong> ${describeSelection(selection)}
          <span class="soft">· applied to ${applied} of ${matched}</span></span
        >
        <form data-change="remove" data-rule="${index}">
          <button aria-label="Turn off ${fault}, rule ${index + 1}">Turn off</button>
        </form>
      </li>`;
    })}
  </ul>`;
}

/** Such as `1 in 3, operation PutObject, delayMs 1000`. */
function describeSelection({ share, every, ...more }: Omit<FaultRule, 'fault'>): string {
  const often =
    every === undefined
      ? share === undefined
        ? 'always'
        : `${Number((share * 100).toFixed(3))} % at random`
      : `1 in ${every}`;
  return [often, ...Object.entries(more).map(([name, value]) => `${name} ${value}`)].join(', ');
}

function form(fault: FaultName): Html {
  const [place = ''] = fault.split('.');
  return html` <section class="card">
    <h3 id="${fault}">${fault}</h3>
    <p>${faultTable[fault]}</p>
    <form data-change="add" data-fault="${fault}" aria-labelledby="${fault}">
      <label
        >How often
        <select name="often">
          <option value="">always</option>
          <option value='{"every":2}'>every second</option>
          <option value='{"every":3}'>every third</option>
          <option value='{"every":10}'>every tenth</option>
          <option value='{"share":0.1}'>10 % at random</option>
          <option value='{"share":0.5}'>50 % at random</option>
        </select></label
      >
      <label
        >Operation <input name="operation" list="${place}-operations" placeholder="any" autocomplete="off"
      /></label>
      <label
        >Keys <input name="keys" placeholder="any, or photos/*" autocomplete="off" spellcheck="false"
      /></label>
      ${(fault.endsWith('.delay') || fault.endsWith('.reorder')) && html`<label>Delay in ms <input type="number" name="delayMs" value="1000" min="1" max="600000" required /></label>`}
      ${
        fault === 'request.refuse' &&
        html`<label>Status <input type="number" name="status" placeholder="503" min="300" max="599" /></label>
          <label>Code <input name="code" placeholder="ServiceUnavailable" autocomplete="off" /></label>`
      }
      <button aria-label="Turn on ${fault}">Turn on</button>
    </form>
  </section>`;
}

function recentList({ recent }: FaultReport): Html {
  if (recent.length === 0) return html`<p class="soft">Nothing yet.</p>`;
  return html` <table>
    <thead>
      <tr>
        <th scope="col">Time (UTC)</th>
        <th scope="col">Fault</th>
        <th scope="col">Operation</th>
        <th scope="col">Object</th>
      </tr>
    </thead>
    <tbody>
      ${recent.map(
        ({ at, fault, operation, bucket, objectKey }) =>
          html` <tr>
            <td class="time">${showTime(at)}</td>
            <td>${fault}</td>
            <td>${operation}</td>
            <td><bdi>${bucket}/${objectKey}</bdi></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
