// Is it well? What people outside of Landfall notice, and the first number of each part.
import { dashboard, graph, perSecond, quantile, stat } from './panels.ts';

export const overview = dashboard(
  {
    uid: 'landfall-overview',
    title: 'Landfall / Overview',
    means: 'Is it well? If not: docs/operations.md has a runbook for each alert.',
  },
  {
    Now: [
      stat(
        { title: 'Alerts that fire', means: 'Of deploy/prometheus/landfall-rules.yaml.', unit: 'short' },
        'count(ALERTS{alertname=~"Landfall.+", alertstate="firing"}) or vector(0)',
        { warning: 1, critical: 3 },
      ),
      stat(
        {
          title: 'Callbacks recorded',
          means: 'Share of the last hour, without those that are refused for what they are.',
          unit: 'percentunit',
        },
        '1 - landfall:callback_failures:ratio_rate1h',
        { warning: 0.999, critical: 0.99, falls: true },
      ),
      stat(
        { title: 'Slowest callbacks', means: 'The 99th percentile. OSS waits five seconds.', unit: 's' },
        'landfall:callback_seconds:p99_rate5m',
        { warning: 0.5, critical: 1 },
      ),
      stat(
        {
          title: 'Longest wait',
          means: 'How long the first job of any queue has waited. What is due and put off waits too.',
          unit: 's',
        },
        'max(landfall_queue_oldest_waiting_seconds)',
        { warning: 120, critical: 1_800 },
      ),
      stat(
        {
          title: 'Age of the outbox',
          means:
            'How long the first job has waited for its queue. More than seconds: the queue or Postgres is away.',
          unit: 's',
        },
        'max(landfall_outbox_oldest_seconds)',
        { warning: 10, critical: 60 },
      ),
      stat(
        { title: 'Failed uploads', means: 'In the last 15 minutes, for whatever reason.', unit: 'short' },
        'sum(landfall:uploads_failed:increase15m) or vector(0)',
        { warning: 1, critical: 20 },
      ),
    ],
    'What clients notice': [
      graph(
        {
          title: 'Callbacks',
          means: 'A second, by outcome: ok, or the code they were refused with.',
          unit: 'ops',
        },
        { '{{code}}': perSecond('landfall_callbacks_total', ['code']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Time of a callback',
          means: 'From the signature that holds to the answer.',
          unit: 's',
        },
        {
          'one in two': quantile(0.5, 'landfall_callback_seconds'),
          '95 in 100': quantile(0.95, 'landfall_callback_seconds'),
          '99 in 100': quantile(0.99, 'landfall_callback_seconds'),
        },
      ),
      graph(
        {
          title: 'Requests to the API',
          means: 'A second, by status. Callbacks and those that wait for events are not among them.',
          unit: 'ops',
        },
        { '{{status}}': perSecond('landfall_http_request_seconds_count', ['status']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Until everything is ready',
          means: 'From the landing to the last rendition, 95 in 100 uploads of a kind, as they become ready.',
          unit: 's',
        },
        { '{{kind}}': quantile(0.95, 'landfall_upload_ready_seconds', ['kind']) },
      ),
      graph(
        { title: 'What becomes of uploads', means: 'A second, by their last event.', unit: 'ops' },
        {
          '{{type}}': perSecond(
            'landfall_events_placed_total{type=~"upload\\\\.(ready|failed|ignored|deleted|merged)"}',
            ['type'],
          ),
        },
      ),
      graph(
        {
          title: 'Failures by reason',
          means: 'Uploads in the last 15 minutes, by the code of docs/errors.md.',
          unit: 'short',
        },
        { '{{code}}': 'landfall:uploads_failed:increase15m' },
      ),
    ],
    Inside: [
      graph(
        {
          title: 'Work',
          means: 'Jobs that wait or run, by queue. It should come down to nothing.',
          unit: 'short',
        },
        { '{{queue}}': 'max by (queue) (landfall_queue_backlog_jobs)' },
      ),
      graph(
        { title: 'Workers', means: 'By queue, as they report themselves.', unit: 'short' },
        { '{{queue}}': 'max by (queue) (landfall_queue_workers)' },
      ),
      graph(
        {
          title: 'Webhooks',
          means: 'Attempts a second, by outcome.',
          unit: 'ops',
        },
        { '{{outcome}}': perSecond('landfall_webhook_attempts_total', ['outcome']) },
        { stacked: true },
      ),
    ],
  },
);
