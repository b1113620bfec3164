// Here lives a network without an end: what would leave the page is kept and answered with nothing.

export const requests = [];

const keep = (url, body) => {
  const text = body === undefined || body === null ? '' : typeof body === 'string' ? body : body instanceof URLSearchParams ? String(body) : body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? new TextDecoder().decode(body) : null;
  // Ours is no text.
  const bytes = ArrayBuffer.isView(body) ? body.slice() : null;
  if (text !== null) requests.push({ url: String(url), body: text, bytes });
  else body.text?.().then((read) => requests.push({ url: String(url), body: read, bytes: null }));
};

/** Every way out but those to `own`, the media server. */
export function close(own) {
  const { fetch } = window;
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (own !== null && url.startsWith(own)) return fetch(input, init);
    keep(url, init?.body);
    return new Response('{"sessionId":"compared","status":"granted"}', { status: 200, headers: { 'Content-Type': 'application/json' } });
  };
  navigator.sendBeacon = (url, body) => {
    keep(url, body);
    return true;
  };
  window.XMLHttpRequest = class extends EventTarget {
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
        // Licences are asked for first: granted. NPAW's configuration comes as JSONP-like JSON.
        this.responseText = /\/data/.test(this.url) ? '{"q":{"h":"collector.example","t":"","pt":"5","c":"compared","tc":"","b":"0"}}' : '{"status":"granted","message":""}';
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
