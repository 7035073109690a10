import { Chunk } from './chunk.entity.js';
import { Removal } from './removal.entity.js';
import { Rendition } from './rendition.entity.js';
import { StreamKey } from './stream-key.entity.js';
import { Ticket } from './ticket.entity.js';
import { Upload } from './upload.entity.js';

/** The tables of this room, for a data source. */
export const uploadEntities = [Upload, Rendition, Removal, Ticket, StreamKey, Chunk];
