import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { StreamsModule } from '../streams/streams.module.js';
import { ChangedUpload } from './changed-upload.js';
import { UploadChangesController } from './upload-changes.controller.js';
import { UploadPatchController } from './upload-patch.controller.js';
import { UploadTags } from './upload-tags.js';
import { UploadsController } from './uploads.controller.js';

/** Answers questions about uploads, and takes requests to make them again, cancel or delete them. */
@Module({
  imports: [AccessModule, StreamsModule],
  controllers: [UploadsController, UploadChangesController, UploadPatchController],
  providers: [ChangedUpload, UploadTags],
})
export class UploadsModule {}
