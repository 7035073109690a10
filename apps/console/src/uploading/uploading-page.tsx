import { PageHead } from '../parts/page-head.js';
import { words } from '../words.js';

export default function UploadingPage() {
  return <PageHead title={words.value.upload} />;
}
