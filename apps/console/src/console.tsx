import { ErrorBoundary, lazy, LocationProvider, Route, Router } from 'preact-iso';
import { useState } from 'preact/hooks';
import { PageHead } from './parts/page-head.js';
import { ProblemNote } from './parts/problem-note.js';
import { LoginPage } from './session/login-page.js';
import { session } from './session/session.js';
import { Shell } from './shell.js';
import { words } from './words.js';

const BrowsingPage = lazy(() => import('./browsing/browsing-page.js'));
const UploadPage = lazy(() => import('./upload/upload-page.js'));
const UploadingPage = lazy(() => import('./uploading/uploading-page.js'));
const FailuresPage = lazy(() => import('./failures/failures-page.js'));
const PipelinesPage = lazy(() => import('./pipelines/pipelines-page.js'));
const OperationsPage = lazy(() => import('./operations/operations-page.js'));

/** The root component: the login page, or the console if a session is open. */
export function Console() {
  return (
    <LocationProvider scope={/^\/console(\/|$)/}>
      {session.value.status === 'open' ? <OpenConsole key={session.value.id} /> : <LoginPage />}
    </LocationProvider>
  );
}

function OpenConsole() {
  const [failure, setFailure] = useState<unknown>(null);
  return (
    <Shell onRouteChange={() => setFailure(null)}>
      {failure ? (
        <ProblemNote problem={failure} />
      ) : (
        <ErrorBoundary onError={setFailure}>
          <Router>
            <Route path="/console" component={BrowsingPage} />
            <Route path="/console/uploads/:id" component={UploadPage} />
            <Route path="/console/upload" component={UploadingPage} />
            <Route path="/console/failures" component={FailuresPage} />
            <Route path="/console/pipelines" component={PipelinesPage} />
            <Route path="/console/operations" component={OperationsPage} />
            <Route default component={NoSuchPage} />
          </Router>
        </ErrorBoundary>
      )}
    </Shell>
  );
}

function NoSuchPage() {
  return (
    <>
      <PageHead title={words.value.noSuchPage} />
      <p>
        <a href="/console/">{words.value.toUploads}</a>
      </p>
    </>
  );
}
