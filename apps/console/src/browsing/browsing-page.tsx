import { PageHead } from '../parts/page-head.js';
import { words } from '../words.js';

export default function BrowsingPage() {
  return <PageHead title={words.value.uploads} />;
}
