/** A time limit that stands still while the user is asked something. */
export class Deadline {
  readonly seconds: number;
  #left: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #onExpire: () => void = () => {};
  #hasExpired = false;

  constructor(seconds: number) {
    this.seconds = seconds;
    this.#left = seconds * 1000;
  }

  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  start(onExpire: () => void): void {
    this.#onExpire = onExpire;
    this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async hold<T>(ask: () => Promise<T>): Promise<T> {
    this.stop();
    this.#left -= performance.now() - this.#since;
    try {
      return await ask();
    } finally {
      this.#run();
    }
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => {
      this.#hasExpired = true;
      this.#onExpire();
    }, this.#left);
  }
}
