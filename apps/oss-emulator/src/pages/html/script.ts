/**
 * Browser script of the pages: refreshes them and changes faults and event rules. Everything else works without it.
 */
export const pageScript = `
'use strict';

const refreshEveryMs = 2000;
const timeLimitMs = 10000;

const fetchPage = (accept, options) =>
  fetch(location.href, { headers: { accept }, cache: 'no-store', signal: AbortSignal.timeout(timeLimitMs), ...options });

let shown = '';

/** Puts the main part as it is now in place of the one that is shown; what was open or had the focus keeps it. */
async function refresh() {
  const text = await (await fetchPage('text/html')).text();
  if (text === shown) return;
  shown = text;
  const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('main');
  if (!fresh) return;
  for (const { id, open } of document.querySelectorAll('main details')) {
    const same = fresh.querySelector('#' + CSS.escape(id));
    if (same) same.open = open;
  }
  for (const { id, value, checked } of document.querySelectorAll('main input[id]')) {
    const same = fresh.querySelector('#' + CSS.escape(id));
    if (same) Object.assign(same, { value, checked });
  }
  const focused = document.activeElement?.id;
  const scrolled = [...document.querySelectorAll('main pre')].some((pre) => pre.scrollTop > 0);
  if (scrolled || !getSelection().isCollapsed) return;
  document.getElementById('main').replaceWith(document.adoptNode(fresh));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

if (document.querySelector('[data-refreshing]'))
  setInterval(() => {
    if (document.hidden || document.getElementById('refresh')?.checked === false) return;
    refresh().catch(() => {
      shown = '';
      document.title = document.title.replace(/^(?!\\(offline\\) )/, '(offline) ');
    });
  }, refreshEveryMs);

/** Sends what takes the place of what the page shows, and shows it anew. */
async function replace(body) {
  const answer = await fetchPage('application/json', {
    method: 'PUT',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body,
  });
  if (!answer.ok) {
    const refused = new DOMParser().parseFromString(await answer.text(), 'text/xml');
    throw new Error(refused.querySelector('Message')?.textContent ?? 'status ' + answer.status);
  }
  location.reload();
}

/** Fetches the plan of faults, changes it, and sends it back. */
async function changePlan(change) {
  const { seed, rules } = await (await fetchPage('application/json')).json();
  await replace(JSON.stringify(change({ seed, rules })));
}

function readRule(form) {
  const rule = { fault: form.dataset.fault };
  for (const [name, value] of new FormData(form)) {
    if (value === '') continue;
    if (name === 'often') Object.assign(rule, JSON.parse(value));
    else rule[name] = name === 'delayMs' || name === 'status' ? Number(value) : value;
  }
  return rule;
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  const change = {
    add: (plan) => ({ ...plan, rules: [...plan.rules, readRule(form)] }),
    remove: (plan) => ({ ...plan, rules: plan.rules.filter((_, index) => index !== Number(form.dataset.rule)) }),
    seed: (plan) => ({ ...plan, seed: Number(new FormData(form).get('seed')) }),
  }[form.dataset.change];
  if (!change && form.dataset.change !== 'text') return;
  event.preventDefault();
  const changed = change ? changePlan(change) : replace(new FormData(form).get('text'));
  changed.catch((error) => {
    document.getElementById('problem').textContent = error.message;
  });
});
`;
