/** The style sheet of a report: for light and dark mode, narrow screens, and print. */

import { seriesVariables } from './theme.ts';

export const STYLE: string = `
:root { color-scheme: light dark; --text: #1a1a1a; --muted: #595959; --background: #ffffff;
  --surface: #f5f6f7; --line: #d4d7da; --accent: #0060a0; --warn: #8a4b00; --warn-surface: #fff4e0;
  ${seriesVariables('light')} }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --muted: #a9adb1;
  --background: #16181a; --surface: #202326; --line: #3a3e42; --accent: #6bb8ee; --warn: #f2b563;
  --warn-surface: #33270f; ${seriesVariables('dark')} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 16px 0 8px; }
h2 { font-size: 1.3rem; margin: 48px 0 12px; padding-bottom: 4px;
  border-bottom: 1px solid var(--line); }
p, ul, figure { margin: 0 0 16px; }
p, li { max-width: 72ch; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 16px 0; font-size: 0.92rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0 0 16px;
  font-size: 0.95rem; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr));
  gap: 28px 24px; }
.plots.wide { grid-template-columns: minmax(0, 900px); }
figure { min-width: 0; margin: 0; }
figure h3 { font-size: 1.02rem; margin: 0 0 6px; }
figcaption { color: var(--muted); font-size: 0.85rem; margin-top: 4px; max-width: 72ch; }
svg.plot { display: block; width: 100%; height: auto; overflow: visible; }
/* On a narrow screen the text stays legible, and the plot scrolls. */
svg.plot { min-width: 460px; } .wide svg.plot { min-width: 640px; }
/* A shadow marks the side to which the content continues; its cover scrolls along. */
.scroll { overflow-x: auto; margin: 0 0 20px; background:
  linear-gradient(90deg, var(--background) 40%, transparent) left / 40px 100% no-repeat local,
  linear-gradient(-90deg, var(--background) 40%, transparent) right / 40px 100% no-repeat local,
  linear-gradient(90deg, var(--line), transparent) left / 14px 100% no-repeat scroll,
  linear-gradient(-90deg, var(--line), transparent) right / 14px 100% no-repeat scroll; }
figure .scroll { margin: 0; }
table { border-collapse: collapse; font-size: 0.88rem; width: 100%;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 6px 0; }
th, td { padding: 5px 9px; text-align: left; border-bottom: 1px solid var(--line);
  vertical-align: top;
  white-space: nowrap; }
th { white-space: normal; vertical-align: bottom; min-width: 9ch; background: var(--surface);
  position: sticky; top: 0; cursor: pointer; user-select: none; }
th::after { content: "\\a0\\2195"; color: var(--muted); opacity: 0.6; }
th[aria-sort="ascending"]::after { content: "\\a0\\2191"; opacity: 1; }
th[aria-sort="descending"]::after { content: "\\a0\\2193"; opacity: 1; }
th:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent);
  outline-offset: -2px; }
td.number { text-align: right; }
td.text { white-space: normal; min-width: 14ch; }
td small { color: var(--muted); } td.verdict small { display: block; white-space: normal;
  min-width: 22ch; }
td.verdict.undecided { color: var(--warn); }
.warning { background: var(--warn-surface); color: var(--warn); border-left: 4px solid currentColor;
  padding: 10px 14px; margin: 0 0 16px; }
.warning p { margin: 0; max-width: none; overflow-wrap: anywhere; }
pre { background: var(--surface); border: 1px solid var(--line); border-radius: 6px;
  padding: 12px 14px;
  overflow-x: auto; font-size: 0.83rem; line-height: 1.45; margin: 0 0 16px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
code { font-size: 0.9em; }
details { margin: 0 0 16px; } summary { cursor: pointer; padding: 4px 0; font-weight: 600; }
button { font: inherit; color: var(--accent); background: var(--surface); padding: 8px 16px;
  border: 1px solid currentColor; border-radius: 6px; cursor: pointer; }
iframe { width: 100%; height: 85vh; min-height: 560px; border: 1px solid var(--line); }
footer { margin-top: 56px; color: var(--muted); font-size: 0.85rem; }
@media print {
  :root { --text: #000; --muted: #444; --background: #fff; --surface: #f2f2f2; --line: #bbb;
    --warn: #000; --warn-surface: #fff; color-scheme: light; ${seriesVariables('light')} }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  nav, button, iframe { display: none; } figure, tr, .warning { break-inside: avoid; } h2, h3 {
  break-after: avoid; }
  .plots { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .plots.wide { grid-template-columns: 1fr; } .scroll { overflow: visible; }
  .scroll { background: none; } svg.plot, .wide svg.plot { min-width: 0; }
  th, td, td.text, td.verdict small { white-space: normal; min-width: 0; }
  th, td { padding: 2px 5px; font-size: 8pt; }
  th, td code { hyphens: auto; overflow-wrap: anywhere; }
  th { min-width: 8ch; font-size: 7pt; position: static; }
  td.number small { display: block; white-space: nowrap; }
  th::after { content: ""; }
}
`;
