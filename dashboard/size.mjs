// Here lives the size budget: what a first visit downloads (index.html and everything it names), brotli, in bytes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const BUDGET_BYTES = 60_000;
const dist = fileURLToPath(new URL('dist/', import.meta.url));
const size = (path) => brotliCompressSync(readFileSync(dist + path)).length;

const page = readFileSync(`${dist}index.html`, 'utf8');
const paths = ['index.html', ...[...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1])];
let total = 0;
for (const path of paths) {
  const bytes = size(path);
  total += bytes;
  console.log(`${String(bytes).padStart(7)}  ${path}`);
}
console.log(`${String(total).padStart(7)}  first route, brotli; budget ${BUDGET_BYTES}`);
if (total > BUDGET_BYTES) {
  console.error('over budget: load what is not needed for the first picture lazily');
  process.exitCode = 1;
}
