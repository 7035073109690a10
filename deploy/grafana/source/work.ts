// Queues, jobs, encoders, repairs, and how others are told: where work waits, and for what.
import { dashboard, graph, perSecond, quantile } from './panels.ts';

export const work = dashboard(
  {
    uid: 'landfall-work',
    title: 'Landfall / Work',
    means: 'Where work waits, what it takes, and what becomes of it.',
  },
  {
    Queues: [
      graph(
        { title: 'Jobs', means: 'What is to be done, by queue and state.', unit: 'short' },
        {
          '{{queue}} {{state}}':
            'sum by (queue, state) (max by (queue, job_name, state) (landfall_queue_jobs))',
        },
      ),
      graph(
        { title: 'Longest wait', means: 'How long the first that waits has waited, by queue.', unit: 's' },
        { '{{queue}}': 'max by (queue) (landfall_queue_oldest_waiting_seconds)' },
      ),
      graph(
        {
          title: 'Workers and slots',
          means: 'Workers that take from a queue, and how many jobs they run at once.',
          unit: 'short',
        },
        {
          '{{queue}} workers': 'max by (queue) (landfall_queue_workers)',
          '{{queue}} slots': 'sum by (queue) (landfall_job_slots)',
          running: 'sum(landfall_jobs_running)',
        },
      ),
      graph(
        { title: 'Outbox', means: 'Jobs that are in no queue yet.', unit: 'short' },
        { jobs: 'max(landfall_outbox_jobs)' },
      ),
      graph(
        {
          title: 'Lag of the relay',
          means:
            'From recording a job to queueing it, of the oldest of each batch; and the age of the first that waits.',
          unit: 's',
        },
        {
          '95 in 100': quantile(0.95, 'landfall_relay_seconds'),
          'age of the first': 'max(landfall_outbox_oldest_seconds)',
        },
      ),
      graph(
        {
          title: 'Relay',
          means: 'Jobs a second that came into their queue; and batches that did not.',
          unit: 'ops',
        },
        {
          '{{job_name}}': perSecond('landfall_relay_jobs_total', ['job_name']),
          'failed: {{code}}': perSecond('landfall_relay_failures_total', ['code']),
        },
      ),
    ],
    Jobs: [
      graph(
        { title: 'Runs that are done', means: 'A second, by job.', unit: 'ops' },
        { '{{job_name}}': perSecond('landfall_job_seconds_count{outcome="done"}', ['job_name']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Runs that end otherwise',
          means:
            'given_up: failed. retried, put_off: a service is away. handed_back: the worker ends. lost: it stood still.',
          unit: 'ops',
        },
        {
          '{{job_name}} {{outcome}}': perSecond('landfall_job_seconds_count{outcome!="done"}', [
            'job_name',
            'outcome',
          ]),
        },
        { stacked: true },
      ),
      graph(
        { title: 'Time of a run', means: '95 in 100 of those that are done, by job.', unit: 's' },
        { '{{job_name}}': quantile(0.95, 'landfall_job_seconds', ['job_name'], '{outcome="done"}') },
      ),
      graph(
        { title: 'Renditions', means: 'A second: ready, and failed by code.', unit: 'ops' },
        {
          ready: perSecond('landfall_events_placed_total{type="rendition.ready"}'),
          'failed: {{code}}': perSecond('landfall_renditions_failed_total', ['code']),
        },
      ),
      graph(
        {
          title: 'Speed of the encoders',
          means: 'Seconds of media a second of encoding. Below 1 a film takes longer than it lasts.',
          unit: 'short',
        },
        { '{{kind}}': 'landfall:encoder:speed_rate5m' },
      ),
      graph(
        {
          title: 'Media encoded',
          means: 'Seconds of video and sound a second, of all workers.',
          unit: 'short',
        },
        { '{{kind}}': perSecond('landfall_encoder_media_seconds_total', ['kind']) },
      ),
    ],
    'Scratch space and repairs': [
      graph(
        {
          title: 'Scratch space used',
          means: 'By worker. It ends with the jobs.',
          unit: 'bytes',
        },
        { '{{instance}}': 'landfall_scratch_bytes' },
      ),
      graph(
        {
          title: 'Scratch space free',
          means: 'By worker, and what one job may need at most.',
          unit: 'bytes',
        },
        {
          '{{instance}}': 'landfall_scratch_free_bytes',
          'a job at most': 'max(landfall_scratch_job_max_bytes)',
        },
      ),
      graph(
        {
          title: 'Repairs',
          means:
            'A second. swept: unfinished uploads that were looked at. followed_up: found by their ticket. gone: removed from OSS. removed: old versions.',
          unit: 'ops',
        },
        {
          '{{repair}}': perSecond('landfall_repairs_total', ['repair']),
          'failed: {{code}}': perSecond('landfall_repair_failures_total', ['code']),
        },
      ),
      graph(
        {
          title: 'Landings',
          means: 'A second, by what told of them. Those by ticket and reconcile had no callback.',
          unit: 'ops',
        },
        { '{{source}}': perSecond('landfall_landings_total', ['source']) },
        { stacked: true },
      ),
      graph(
        {
          title: 'Events of OSS',
          means: 'A second, by what became of them.',
          unit: 'ops',
        },
        { '{{outcome}}': perSecond('landfall_events_total', ['outcome']) },
        { stacked: true },
      ),
    ],
    'How others are told': [
      graph(
        {
          title: 'Events without a place',
          means:
            'Age of the first; and the time until it has a place, 95 in 100 batches. More than seconds: nobody is told.',
          unit: 's',
        },
        {
          'age of the first': 'max(landfall_events_unplaced_oldest_seconds)',
          '95 in 100': quantile(0.95, 'landfall_event_place_seconds'),
        },
      ),
      graph(
        {
          title: 'Time of an attempt',
          means:
            'How long servers of clients take to answer; and from the event to the end of the first attempt.',
          unit: 's',
        },
        {
          'attempt, 95 in 100': quantile(0.95, 'landfall_webhook_attempt_seconds'),
          'since the event, 95 in 100': quantile(0.95, 'landfall_webhook_delay_seconds'),
        },
      ),
      graph(
        {
          title: 'Deliveries given up, webhooks disabled',
          means: 'An hour, by code and by reason.',
          unit: 'short',
        },
        {
          '{{code}}': 'sum by (code) (increase(landfall_webhook_given_up_total[1h]))',
          'disabled: {{reason}}': 'sum by (reason) (increase(landfall_webhooks_disabled_total[1h]))',
        },
      ),
      graph(
        { title: 'Readers of events', means: 'Open streams, and requests that wait.', unit: 'short' },
        { streams: 'sum(landfall_event_streams)', waiting: 'sum(landfall_event_feed_waiting)' },
      ),
      graph(
        { title: 'Streams that ended', means: 'A second, by reason.', unit: 'ops' },
        { '{{reason}}': perSecond('landfall_event_streams_ended_total', ['reason']) },
      ),
    ],
  },
);
