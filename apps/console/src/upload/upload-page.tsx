import { PageHead } from '../parts/page-head.js';
import { words } from '../words.js';

export default function UploadPage() {
  return <PageHead title={words.value.upload} />;
}
