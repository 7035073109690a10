import './operations.css';
import { useLocation } from 'preact-iso';
import { PageHead } from '../parts/page-head.js';
import { words as common } from '../words.js';
import { ArrivalsSection } from './arrivals-section.js';
import { QueuesSection } from './queues-section.js';
import { StorageSection } from './storage-section.js';
import { WebhookDetail } from './webhooks/webhook-detail.js';
import { WebhooksSection } from './webhooks/webhooks-section.js';
import { WorkersSection } from './workers-section.js';

/** The state of the system or, with `?webhook=<id>`, one webhook with its deliveries. */
export default function OperationsPage() {
  const { webhook } = useLocation().query;
  if (webhook) return <WebhookDetail key={webhook} id={webhook} />;
  return (
    <div class="ops">
      <PageHead title={common.value.operations} />
      <QueuesSection />
      <WorkersSection />
      <WebhooksSection />
      <ArrivalsSection />
      <StorageSection />
    </div>
  );
}
