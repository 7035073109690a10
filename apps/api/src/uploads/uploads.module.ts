import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { StreamsModule } from '../streams/streams.module.js';
import { ChangedUpload } from './changed-upload.js';
import { OriginalsController } from './originals.controller.js';
import { UploadChangesController } from './upload-changes.controller.js';
import { UploadPatchController } from './upload-patch.controller.js';
import { UploadTags } from './upload-tags.js';
import { UploadsController } from './uploads.controller.js';

/** Reads, changes, reprocesses, cancels and deletes uploads, and signs URLs of their originals. */
@Module({
  imports: [AccessModule, StreamsModule],
  controllers: [UploadsController, OriginalsController, UploadChangesController, UploadPatchController],
  providers: [ChangedUpload, UploadTags],
})
export class UploadsModule {}
