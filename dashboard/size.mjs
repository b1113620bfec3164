// Here lives what a visit downloads: every asset's brotli form, written beside it for the server to send, and the budget of a first visit
// (index.html, everything it names, and the chart, which is fetched as soon as that runs), in bytes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const BUDGET_BYTES = 60_000;
const dist = fileURLToPath(new URL('dist/', import.meta.url));
const size = (path) => brotliCompressSync(readFileSync(dist + path)).length;
for (const name of readdirSync(`${dist}assets`).filter((name) => /\.(js|css)$/.test(name))) {
  writeFileSync(`${dist}assets/${name}.br`, brotliCompressSync(readFileSync(`${dist}assets/${name}`)));
}

const page = readFileSync(`${dist}index.html`, 'utf8');
const paths = ['index.html', ...[...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1])];
// The chart's name holds a hash; what is in it, uPlot's classes.
const charts = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js') && readFileSync(`${dist}assets/${name}`, 'utf8').includes('u-cursor-pt'));
if (charts.length !== 1) throw new Error(`one asset should hold the chart, not ${charts.length}`);
paths.push(`assets/${charts[0]}`);
let total = 0;
for (const path of paths) {
  const bytes = size(path);
  total += bytes;
  console.log(`${String(bytes).padStart(7)}  ${path}`);
}
console.log(`${String(total).padStart(7)}  first visit, brotli; budget ${BUDGET_BYTES}`);
if (total > BUDGET_BYTES) {
  console.error('over budget: load what is not needed for the first picture lazily');
  process.exitCode = 1;
}
