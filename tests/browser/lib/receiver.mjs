// Here lives who is told by webhooks: a receiver on this machine that takes a message only with a right signature.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Starts one. `expect` gives it the secret (`whsec_…`) once it is known; before that it refuses everything.
 * @returns {Promise<{url: string, received: {id: string, body: any}[], expect(secret: string): void, stop(): Promise<void>}>}
 */
export async function startReceiver() {
  /** @type {{id: string, body: any}[]} */
  const received = [];
  /** @type {Buffer | null} */
  let key = null;
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
      const wanted = key && Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
      const given = Buffer.from(String(signature));
      const right = wanted !== null && wanted.length === given.length && timingSafeEqual(wanted, given);
      if (right) received.push({ id: String(id), body: JSON.parse(body) });
      response.writeHead(right ? 204 : 401).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    expect(secret) {
      key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
