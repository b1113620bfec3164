// Here lives a network without an end: what would leave the page is kept and answered with nothing.

export const requests = [];

/** Bodies that cannot be read at once. */
const unread = [];

const keep = (url, body) => {
  const request = { url: String(url), body: '', bytes: null };
  requests.push(request);
  if (body === undefined || body === null) return;
  if (body instanceof Blob) unread.push(body.text().then((text) => (request.body = text)));
  else if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    request.body = new TextDecoder().decode(body);
    // Ours is no text.
    request.bytes = ArrayBuffer.isView(body) ? body.slice() : new Uint8Array(body.slice(0));
  } else request.body = String(body);
};

/** Resolves once everything that left is there to be read. */
export async function settled() {
  while (unread.length > 0) await unread.pop();
}

/** Said to a request: licences are granted, sessions begun. */
const ANSWER = '{"sessionId":"compared","status":"granted","message":""}';
/** An answer that is there at once: where a clock is turned by hand nothing comes later than the end of what runs. */
const answer = () => Object.assign(new Response(null, { status: 200, headers: { 'Content-Type': 'application/json' } }), { text: async () => ANSWER, json: async () => JSON.parse(ANSWER) });

/** Every way out but those to `own`, the media server. */
export function close(own) {
  const { fetch } = window;
  // A request made beforehand would give its body as a stream only.
  window.Request = class extends Request {
    constructor(input, init) {
      super(input, init);
      this.given = init?.body;
    }
  };
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (own !== null && url.startsWith(own)) return fetch(input, init);
    keep(url, init?.body ?? input.given);
    return answer();
  };
  navigator.sendBeacon = (url, body) => {
    keep(url, body);
    return true;
  };
  window.XMLHttpRequest = class extends EventTarget {
    static UNSENT = 0;
    static OPENED = 1;
    static HEADERS_RECEIVED = 2;
    static LOADING = 3;
    static DONE = 4;
    readyState = 0;
    status = 0;
    responseText = '';
    open(_method, url) {
      this.url = url;
      this.readyState = 1;
    }
    setRequestHeader() {}
    getAllResponseHeaders = () => '';
    getResponseHeader = () => null;
    abort() {}
    send(body) {
      keep(this.url, body);
      Promise.resolve().then(() => {
        this.readyState = 4;
        this.status = 200;
        // NPAW's configuration comes as JSONP-like JSON.
        this.responseText = /\/data/.test(this.url) ? '{"q":{"h":"collector.example","t":"","pt":"5","c":"compared","tc":"","b":"0"}}' : ANSWER;
        this.response = this.responseText;
        for (const name of ['readystatechange', 'load', 'loadend']) {
          const event = new Event(name);
          this[`on${name}`]?.(event);
          this.dispatchEvent(event);
        }
      });
    }
  };
}
