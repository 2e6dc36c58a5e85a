/** The one style sheet of reports that are files: calm, dense, light and dark. */
export const style = `
:root{color-scheme:light dark;--ink:#1d2430;--soft:#667085;--line:#dfe3ea;--paper:#fff;--ground:#f5f6f8;--hola:#c2410c;--plain:#2563eb}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--line:#2c3442;--paper:#171c25;--ground:#0f131a;--hola:#fb923c;--plain:#60a5fa}}
body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 20px}
h1{font-size:26px;margin:4px 0 8px}h2{font-size:17px;margin:0 0 10px}
.wheel,.note{color:var(--soft)}header p{max-width:76ch}
section{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:16px 18px;margin:14px 0;overflow-x:auto}
.stage{font-size:12px;letter-spacing:.04em;color:var(--paper);background:var(--ink);border-radius:4px;padding:2px 7px;margin-right:6px;vertical-align:2px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:14px}
dt{color:var(--soft);font-size:12px}dd{margin:2px 0 0;font-size:17px}
table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;font-weight:600;color:var(--soft)}
th,td{padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.pictures{display:flex;gap:6px;flex-wrap:wrap;margin-bottom:12px}.pictures img{height:150px;border-radius:4px}
.grid{max-width:100%;image-rendering:auto;border-radius:4px;margin-bottom:12px}
.charts{display:flex;flex-wrap:wrap;gap:18px}figure{margin:0}figcaption{color:var(--soft);font-size:12px}svg{width:460px;max-width:100%}
svg text{font-size:10px;fill:var(--soft)}.axis{stroke:var(--line)}.line{fill:none;stroke-width:1.6;opacity:.85}
.line.hola{stroke:var(--hola)}.line.plain{stroke:var(--plain)}.key::before{content:"— "}.key.hola{color:var(--hola)}.key.plain{color:var(--plain)}
`;
