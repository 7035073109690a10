import { PageHead } from '../parts/page-head.js';
import { words } from '../words.js';

export default function FailuresPage() {
  return <PageHead title={words.value.failures} />;
}
