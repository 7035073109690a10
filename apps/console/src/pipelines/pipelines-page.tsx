import { PageHead } from '../parts/page-head.js';
import { words } from '../words.js';

export default function PipelinesPage() {
  return <PageHead title={words.value.pipelines} />;
}
