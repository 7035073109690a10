import './browsing.css';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useEvents } from '../live/use-events.js';
import { PageHead } from '../parts/page-head.js';
import { ProblemNote } from '../parts/problem-note.js';
import { session } from '../session/session.js';
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

/** The list that was left last and its scroll position, so that returning from an upload restores the place. */
let left: { search: string; session: number; list: UploadList; scrollY: number } | undefined;

/** The gallery of uploads, filtered by the query in the address. */
export default function BrowsingPage() {
  const { url, path, route } = useLocation();
  const asked = useRef('');
  // While the page of an upload loads, this page is still shown under the new address. The query is parsed here
  // because the router keeps only one value per name, and filters may have several.
  if (path === '/console') asked.current = new URL(url, location.origin).searchParams.toString();
  const search = asked.current;
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const { query, list, selection, startAt, isKnown } = useMemo(() => {
    const query = queryOf(params);
    const known = left?.search === search && left.session === sessionId() ? left : undefined;
    return {
      query,
      list: known?.list ?? new UploadList(query),
      selection: new Selection(),
      startAt: known?.scrollY ?? 0,
      isKnown: known !== undefined,
    };
  }, [params]);
  useEffect(() => {
    if (isKnown) list.resume();
    const here = { search, session: sessionId(), list, scrollY: startAt };
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

/** Identifies the session, so that a list with the client and key of an ended session is not reused. */
const sessionId = () => (session.value.status === 'open' ? session.value.id : 0);

function noneOf(isSimilar: boolean, isFiltered: boolean): string {
  if (isSimilar) return words.value.noSimilar;
  return isFiltered ? words.value.none : words.value.noneYet;
}
