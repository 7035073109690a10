import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

/** Returns the view of renditions, which shows the version that `rank` sorts first. */
const viewOf = (rank: string) => `
  CREATE OR REPLACE VIEW renditions AS
  SELECT shown.*, making.progress, making.speed, failed.error_code, failed.error_message, failed.log
  FROM (SELECT DISTINCT ON (upload_id, name) id, upload_id, position, name, kind, job, spec, spec_hash, status, object_key,
               mime_type, width, height, size_bytes, duration_ms, encoder, details, warnings, created_at, updated_at,
               NULL::jsonb AS wanted
        FROM rendition_versions WHERE status <> 'retired'
        ORDER BY upload_id, name, ${rank}, id DESC) AS shown
  LEFT JOIN LATERAL (SELECT progress, speed FROM rendition_versions AS v
                     WHERE v.upload_id = shown.upload_id AND v.name = shown.name AND v.status = 'pending'
                     ORDER BY id DESC LIMIT 1) AS making ON true
  LEFT JOIN LATERAL (SELECT error_code, error_message, log FROM rendition_versions AS v
                     WHERE v.upload_id = shown.upload_id AND v.name = shown.name AND v.status = 'failed'
                     ORDER BY id DESC LIMIT 1) AS failed ON true`;

const before = `status = 'ready' DESC, status = 'pending' DESC`;
// Among pending versions, prefers one that is already playable, because somebody may be watching it.
const now = `${before}, (status = 'pending' AND object_key IS NOT NULL) DESC`;

/** When a rendition that is being made is planned again, shows the pending version that is already playable. */
export class ShowWhatPlays1765065600000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [{ table: 'renditions', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' }] as const;
  readonly revertLoses = null;

  async up(runner: QueryRunner): Promise<void> {
    await lockBriefly(runner, viewOf(now));
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockBriefly(runner, viewOf(before));
  }
}
