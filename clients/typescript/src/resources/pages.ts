/**
 * A paginated list: `for await (const item of list)` loads further pages on demand. `pages()` yields whole pages with
 * their other fields.
 */
export class Pages<Item, Page extends { readonly items: readonly Item[] }> implements AsyncIterable<Item> {
  /**
   * @param load fetches a page; the first has no cursor
   * @param next returns the cursor of the following page, or null after the last
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
