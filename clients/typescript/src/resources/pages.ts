/**
 * A list that is longer than one answer: `for await (const item of list)` asks for the next page
 * when it is needed. `pages()` gives whole pages, with what they say besides their items.
 */
export class Pages<Item, Page extends { readonly items: readonly Item[] }> implements AsyncIterable<Item> {
  /**
   * @param load asks for a page; the first has no cursor
   * @param next the cursor of the page after this one, or null if it is the last
   */
  constructor(
    private readonly load: (cursor: string | undefined) => Promise<Page>,
    private readonly next: (page: Page, cursor: string | undefined) => string | null,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { items } of this.pages()) yield* items;
  }

  async *pages(): AsyncGenerator<Page, void, undefined> {
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await this.load(cursor);
      yield page;
      cursor = this.next(page, cursor);
    }
  }
}
