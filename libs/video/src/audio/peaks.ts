/**
 * Lowest and highest sample of each stretch of a sample stream of any length, in memory of fixed size: when there are too many
 * stretches, neighbours are merged in pairs.
 */
export class Peaks {
  private readonly lows: Int16Array;
  private readonly highs: Int16Array;
  private low = 0;
  private high = 0;
  private filled = 0;

  /** Number of complete stretches. */
  length = 0;

  /**
   * @param most maximum number of stretches; must be even
   * @param samples samples per stretch; doubles whenever there are too many stretches
   */
  constructor(
    private readonly most: number,
    public samples: number,
  ) {
    this.lows = new Int16Array(most);
    this.highs = new Int16Array(most);
  }

  add(samples: Int16Array): void {
    let { low, high, filled } = this;
    for (const sample of samples) {
      if (filled === 0) {
        low = sample;
        high = sample;
      } else if (sample < low) low = sample;
      else if (sample > high) high = sample;
      filled += 1;
      if (filled === this.samples && this.push(low, high)) filled = 0;
    }
    Object.assign(this, { low, high, filled });
  }

  /** Completes the last stretch, which may be shorter than the others. */
  end(): void {
    if (this.filled > 0 && !this.push(this.low, this.high)) this.push(this.low, this.high);
    this.filled = 0;
  }

  /** Lowest and highest sample of the stretches from `first` up to but without `last`; always of at least one. */
  between(first: number, last: number): [low: number, high: number] {
    let [low, high] = [this.lows[first] ?? 0, this.highs[first] ?? 0];
    for (let index = first + 1; index < last; index += 1) {
      low = Math.min(low, this.lows[index] ?? 0);
      high = Math.max(high, this.highs[index] ?? 0);
    }
    return [low, high];
  }

  /** False if there was no room: pairs were merged to make some, and the current stretch is now half full. */
  private push(low: number, high: number): boolean {
    if (this.length === this.most) {
      this.length = this.most / 2;
      for (let index = 0; index < this.length; index += 1) {
        [this.lows[index], this.highs[index]] = this.between(2 * index, 2 * index + 2);
      }
      this.samples *= 2;
      return false;
    }
    this.lows[this.length] = low;
    this.highs[this.length] = high;
    this.length += 1;
    return true;
  }
}
