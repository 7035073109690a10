import './browsing.css';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo } from 'preact/hooks';
import { useEvents } from '../live/use-events.js';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { client } from '../session/session.js';
import { words as pageWords } from '../words.js';
import { words } from './list/browsing-words.js';
import { BulkBar } from './chosen/bulk-bar.js';
import { ExportMenu } from './chosen/export-menu.js';
import { Filters } from './filters.js';
import { Gallery } from './gallery/gallery.js';
import { Selection } from './chosen/selection.js';
import { SimilarHead } from './similar-head.js';
import { UploadList } from './list/upload-list.js';
import { addressOf, queryOf, withFilter } from './list/upload-query.js';

/** The list that was left last, and where: whoever looks at one upload comes back to the same place. */
let left: { search: string; session: unknown; list: UploadList; scrollY: number } | undefined;

/** Everything that was uploaded, as the address asks for it. */
export default function BrowsingPage() {
  const { url, route } = useLocation();
  // The router keeps one value of each name; filters may have several.
  const search = new URL(url, location.origin).searchParams.toString();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const { query, list, selection, startAt } = useMemo(() => {
    const query = queryOf(params);
    const known = left?.search === search && left.session === client() ? left : undefined;
    known?.list.resume();
    return {
      query,
      list: known?.list ?? new UploadList(query),
      selection: new Selection(),
      startAt: known?.scrollY ?? 0,
    };
  }, [params]);
  useEffect(() => {
    const here = { search, session: client(), list, scrollY: startAt };
    const follow = () => (here.scrollY = scrollY);
    addEventListener('scroll', follow, { passive: true });
    return () => {
      removeEventListener('scroll', follow);
      list.close();
      left = here;
    };
  }, [list]);
  useEvents((events) => list.hear(events));

  const change = (changed: URLSearchParams) => route(addressOf(changed));
  const similarTo = params.get('similarTo');
  const { entries, isEnded, isLoading, problem, hasNews } = list.state.value;
  return (
    <>
      <PageHead title={similarTo === null ? pageWords.value.uploads : words.value.similar}>
        <ExportMenu from={{ query }} />
      </PageHead>
      {similarTo === null && <Filters params={params} onChange={change} />}
      <div class={similarTo === null ? '' : 'browsing-side-by-side'}>
        {similarTo !== null && (
          <SimilarHead
            id={similarTo}
            distance={params.get('distance')}
            onDistance={(distance) => change(withFilter(params, 'distance', distance))}
          />
        )}
        <div class="browsing-main">
          <BulkBar list={list} selection={selection} />
          {hasNews && (
            <button
              class="browsing-news"
              type="button"
              onClick={() => {
                scrollTo(0, 0);
                list.restart();
              }}
            >
              {words.value.news}
            </button>
          )}
          {isEnded && entries.length === 0 && (
            <p class="browsing-none">{noneOf(similarTo !== null, params.size > 0)}</p>
          )}
          <Gallery list={list} selection={selection} byDay={similarTo === null} startAt={startAt} />
          <output class="browsing-loading">{isLoading && words.value.loading}</output>
          {problem !== null && <ProblemNote problem={problem} onRetry={() => list.retry()} />}
        </div>
      </div>
    </>
  );
}

function noneOf(isSimilar: boolean, isFiltered: boolean): string {
  if (isSimilar) return words.value.noSimilar;
  return isFiltered ? words.value.none : words.value.noneYet;
}
