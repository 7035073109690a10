import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { LanguageChoice } from './language/language-choice.js';
import { LiveNote } from './live/live-note.js';
import { closeSession } from './session/session.js';
import { words } from './words.js';

const pages = [
  ['/console/', 'uploads'],
  ['/console/upload', 'upload'],
  ['/console/failures', 'failures'],
  ['/console/pipelines', 'pipelines'],
  ['/console/operations', 'operations'],
] as const;

const isAt = (path: string, place: string) => path.replace(/\/$/, '') === place.replace(/\/$/, '');

/** The frame around every page, with the navigation. */
export function Shell({
  children,
  onRouteChange,
}: {
  children: ComponentChildren;
  onRouteChange: () => void;
}) {
  const { path } = useLocation();
  useEffect(onRouteChange, [path]);
  return (
    <>
      <a class="skip" href="#content">
        {words.value.toContent}
      </a>
      <header class="bar">
        <strong>Landfall</strong>
        <nav aria-label={words.value.pages}>
          <ul>
            {pages.map(([place, name]) => (
              <li key={place}>
                <a href={place} aria-current={isAt(path, place) ? 'page' : undefined}>
                  {words.value[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <LanguageChoice />
        <button class="quiet" type="button" onClick={() => closeSession('left')}>
          {words.value.logOut}
        </button>
      </header>
      <main id="content" tabindex={-1}>
        <LiveNote />
        {children}
      </main>
    </>
  );
}
