// Here lives a real element with a collector on it and nothing leaving the page: what the collector would have said is held against the record.

import { Record } from '../page/record.js';
import * as network from './network.js';

const session = new URLSearchParams(location.search).get('session');
network.close(session);
const video = document.querySelector('#video');
window.compared = {
  video,
  record: new Record(video),
  begin(attach) {
    attach(video);
    video.src = `${session}/progressive/240p.mp4`;
  },
  play() {
    this.record.mark('intent');
    return video.play();
  },
  /** Resolves once the playhead has stood still for `ms` after it was at `position`. */
  async stalled(position, ms) {
    await this.record.when(() => video.currentTime > position);
    let last = video.currentTime;
    let since = performance.now();
    await this.record.when(() => {
      if (video.currentTime !== last) [last, since] = [video.currentTime, performance.now()];
      return performance.now() - since >= ms;
    });
  },
  reached(seconds) {
    return this.record.when(() => video.currentTime >= seconds);
  },
  told() {
    const { frames, samples, events } = this.record;
    return { frames, samples, events, now: performance.now() };
  },
  async read(read) {
    await network.settled();
    return read(network.requests);
  },
  requests: () => network.requests,
};
document.querySelector('#play').addEventListener('click', () => window.compared.play());
