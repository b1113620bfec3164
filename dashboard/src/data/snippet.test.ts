import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAYERS, snippetOf } from './snippet.ts';

const ORIGIN = 'https://qoe.example:8443';

test('every snippet names the key once, and where to report to', () => {
  for (const player of PLAYERS) {
    const code = snippetOf(player, 'pl_866a', ORIGIN);
    assert.equal(code.split('"pl_866a"').length, 2, player);
    assert.ok(code.includes(ORIGIN), player);
  }
});

test('a player’s snippet attaches its adapter after the player is made and before it loads', () => {
  const code = snippetOf('hlsjs', 'pl_866a', ORIGIN);
  const order = ['new Hls()', 'adapter: hlsjs(hls, Hls)', 'loadSource'].map((part) => code.indexOf(part));
  assert.deepEqual([...order].sort((a, b) => a - b), order);
  assert.ok(!order.includes(-1));
  assert.match(snippetOf('videojs', 'pl_866a', ORIGIN), /attach\(player\.tech\(true\)\.el\(\)/);
});

test('modules are JavaScript', () => {
  // The syntax is what is tried: imports become plain constants, top-level await an async function's.
  for (const player of PLAYERS.filter((name) => name !== 'script')) {
    const code = snippetOf(player, 'pl_866a', ORIGIN).replace(/^import .*$/gm, '');
    assert.equal(typeof new Function(`return async () => {${code}}`)(), 'function', player);
  }
});

test('a name that looks like markup cannot end the script', () => {
  assert.ok(!snippetOf('script', '</script><b>', ORIGIN).includes('</script><b>'));
});
