import { PageHead } from '../parts/page-head.js';
import { words } from '../words.js';

export default function OperationsPage() {
  return <PageHead title={words.value.operations} />;
}
