import { Chunk } from './chunk.entity.js';
import { ObjectCheck } from './object-check.entity.js';
import { RefusedCallback } from './refused-callback.entity.js';
import { RenditionVersion } from './rendition-version.entity.js';
import { Rendition } from './rendition.entity.js';
import { StreamKey } from './stream-key.entity.js';
import { Ticket } from './ticket.entity.js';
import { Upload } from './upload.entity.js';

/** The tables of this room, and the view `renditions`, for a data source. */
export const uploadEntities = [
  Upload,
  RenditionVersion,
  Rendition,
  Ticket,
  StreamKey,
  Chunk,
  ObjectCheck,
  RefusedCallback,
];
