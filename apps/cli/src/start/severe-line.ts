import { z } from 'zod';

const pinoErrorLevel = 50;

const severeSchema = z.object({
  level: z.number().min(pinoErrorLevel),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** Returns the message of a log line and of its error, if its level is error or higher. */
export function readSevereLine(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { msg, err } = severeSchema.parse(JSON.parse(line));
    return err ? `${msg}: ${err.message}` : msg;
  } catch {
    // Less severe, or not one of our log lines: it stays in the file.
    return undefined;
  }
}
