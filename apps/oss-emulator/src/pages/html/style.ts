/** The style sheet of all pages. Colours come in pairs, for the light and the dark scheme. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #14171a);
  --panel: light-dark(#f5f6f8, #1d2126);
  --line: light-dark(#d5d9df, #383f47);
  --ink: light-dark(#1b1f24, #e7eaee);
  --soft: light-dark(#57606a, #a3adb8);
  --link: light-dark(#0b5cad, #7cb8ff);
  --good: light-dark(#0f6b34, #7bd99b);
  --good-paper: light-dark(#e0f4e7, #14301f);
  --bad: light-dark(#a51d2a, #ff9a9a);
  --bad-paper: light-dark(#fde8e9, #3b1a1d);
  --warn: light-dark(#7a4a00, #f2c066);
  --warn-paper: light-dark(#fff1d6, #35270d);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.3rem 0.6rem; }
.top {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 2rem;
  padding: 0.8rem 1.25rem;
  border-bottom: 1px solid var(--line);
  background: var(--panel);
}
.brand { margin: 0; font-weight: 700; }
.brand a { color: inherit; text-decoration: none; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding: 0.2rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
[aria-current='page'] { color: var(--ink); font-weight: 600; border-bottom: 2px solid var(--link); }
.banner { margin: 0; padding: 0.5rem 1.25rem; background: var(--warn-paper); color: var(--warn); }
.banner a { color: inherit; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.15rem; line-height: 1.4; margin: 0 0 0.4rem; }
h3 { font-size: 0.95rem; margin: 0 0 0.4rem; }
p { margin: 0.4rem 0; }
.soft { color: var(--soft); }
.empty { padding: 2rem; border: 1px dashed var(--line); border-radius: 8px; text-align: center; color: var(--soft); }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: 0.85rem; font-weight: 600; color: var(--soft); }
th, td { padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.type { white-space: nowrap; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.picture { width: 4.5rem; }
.picture img { display: block; width: 3.5rem; height: 3.5rem; object-fit: contain; background: var(--panel); border-radius: 4px; }
.path { margin: 0 0 1rem; }
code, pre { font-family: var(--mono); font-size: 0.85rem; }
code { background: var(--panel); border-radius: 4px; padding: 0.1rem 0.3rem; }
pre {
  margin: 0; padding: 0.75rem; max-height: 36rem; overflow: auto;
  background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap;
}
.card { margin: 0 0 1rem; padding: 0.9rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
.card.bad { border-left: 4px solid var(--bad); }
.card.good { border-left: 4px solid var(--good); }
.badge { display: inline-block; padding: 0 0.5rem; border-radius: 99px; font-size: 0.85rem; font-weight: 600; background: var(--paper); border: 1px solid currentColor; white-space: nowrap; }
.badge.good { color: var(--good); background: var(--good-paper); }
.badge.bad { color: var(--bad); background: var(--bad-paper); }
.badge.warn { color: var(--warn); background: var(--warn-paper); }
.failure { color: var(--bad); }
summary { cursor: pointer; color: var(--link); padding: 0.2rem 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1rem; margin-top: 0.5rem; }
.pair > section { min-width: 0; }
.steps { margin: 0; padding: 0; list-style: none; }
.steps li { padding: 0.35rem 0; border-top: 1px solid var(--line); font-size: 0.9rem; }
.steps li:first-child { border-top: 0; }
.pages { display: flex; gap: 1rem; margin: 1rem 0; }
form.filter { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; margin: 0 0 1rem; }
label { font-size: 0.85rem; color: var(--soft); }
label input:not([type='checkbox']), label select { display: block; }
.check { display: flex; align-items: center; gap: 0.4rem; min-height: 2.4rem; }
input, select, textarea, button {
  font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--soft); border-radius: 6px; padding: 0.3rem 0.6rem; max-width: 100%;
}
input:not([type='checkbox']), select { min-height: 2.4rem; width: 11rem; }
input[type='number'] { width: 7rem; }
::placeholder { color: var(--soft); opacity: 1; }
textarea { display: block; width: 100%; font-family: var(--mono); font-size: 0.85rem; }
button { min-height: 2.4rem; font-weight: 600; cursor: pointer; }
button:hover { background: var(--panel); border-color: var(--ink); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1rem; align-items: start; margin-bottom: 1.5rem; }
.grid .card { margin: 0; }
.seed { margin-bottom: 1.5rem; }
.grid form, .seed { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: end; margin-top: 0.6rem; }
.rules { margin: 0 0 1rem; padding: 0; list-style: none; }
.rules li { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; align-items: center; justify-content: space-between; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
#problem:empty { display: none; }
#problem { padding: 0.6rem 0.9rem; border-radius: 6px; color: var(--bad); background: var(--bad-paper); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 42rem) {
  .top, .banner, main { padding-left: 0.9rem; padding-right: 0.9rem; }
  .wide { display: none; }
  th, td { padding-right: 0.6rem; }
}
`;
