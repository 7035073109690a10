import { z } from 'zod';

const pinoErrorLevel = 50;

const severeSchema = z.object({
  level: z.number().min(pinoErrorLevel),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** A log line's message and the message of its error, when its level is error or worse. */
export function readSevereLine(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { msg, err } = severeSchema.parse(JSON.parse(line));
    return err ? `${msg}: ${err.message}` : msg;
  } catch {
    // Less severe, or no log line of ours: it stays in the file.
    return undefined;
  }
}
