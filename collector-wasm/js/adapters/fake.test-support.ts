// Here lives the element that adapters are tested on: an event target with a picture.

export class FakeVideo extends EventTarget {
  videoHeight = 0;
  videoWidth = 0;
  currentTime = 0;
  readyState = 0;
  networkState = 0;
  seeking = false;

  /** A picture of this height comes onto the screen. */
  show(height: number): void {
    this.videoHeight = height;
    this.dispatchEvent(new Event('resize'));
  }
}
