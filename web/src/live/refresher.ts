// SPDX-License-Identifier: Apache-2.0
// Turns a storm of "this list is old" into calm reading: the first one is read at once, what comes while a reading is
// under way is read right after it (plus a short rest). So no event is lost, and a server is never asked twice at a time.

export class Refresher<Topic> {
  private old_ = new Set<Topic>();
  private running_ = false;

  constructor(
    private readonly readAgain_: (topics: Topic[]) => Promise<unknown>,
    /** is told how many milliseconds the reading took */
    private readonly rest_: (took: number) => Promise<unknown>,
  ) {}

  mark(topics: readonly Topic[]): void {
    for (const topic of topics) this.old_.add(topic);
    if (!this.running_) void this.run();
  }

  private async run(): Promise<void> {
    this.running_ = true;
    while (this.old_.size > 0) {
      const topics = [...this.old_];
      this.old_ = new Set();
      const begun = Date.now();
      await this.readAgain_(topics).catch(() => undefined);
      await this.rest_(Date.now() - begun);
    }
    this.running_ = false;
  }
}
