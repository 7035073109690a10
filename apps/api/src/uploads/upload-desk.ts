import { type DataSource, translateDatabaseErrors } from '#database';
import { cancelUpload, deleteUpload, type MadeObjects } from '#uploads';

/** Takes requests to make nothing more of an upload. */
export class UploadDesk {
  constructor(
    private readonly source: DataSource,
    private readonly made: MadeObjects,
  ) {}

  /** @throws LandfallError upload.not_found, database.unavailable */
  async cancel(id: string): Promise<void> {
    await translateDatabaseErrors(cancelUpload(this.source, id));
  }

  /** @throws LandfallError upload.not_found, database.unavailable */
  async delete(id: string): Promise<void> {
    await translateDatabaseErrors(deleteUpload(this.source, id, this.made));
  }
}
