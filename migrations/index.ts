import { CreateUploads1763683200000 } from './0001-create-uploads.js';
import { CreateTickets1763683260000 } from './0002-create-tickets.js';

/** Every migration, in order. Listed one by one, because globs find other files in dist than in the source. */
export const migrations = [CreateUploads1763683200000, CreateTickets1763683260000] as const;
