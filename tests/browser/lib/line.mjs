// Here lives a line that can be cut: a TCP relay between a browser and a node.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @param {string} target the node's address, `http://127.0.0.1:…` */
export async function startLine(target) {
  const { hostname, port } = new URL(target);
  let cut = false;
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  const server = createServer((near) => {
    if (cut) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [[near, far], [far, near]]) {
      open.add(socket);
      // An end of one side, whatever its reason, is the end of the other.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => open.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`,
    /** Ends what is connected and takes nothing new. */
    cut() {
      cut = true;
      drop();
    },
    mend() {
      cut = false;
    },
    async stop() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
