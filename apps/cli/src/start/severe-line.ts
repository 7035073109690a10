import { z } from 'zod';

const pinoErrorLevel = 50;

const severeSchema = z.object({
  level: z.number().min(pinoErrorLevel),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** Returns the message of a log line and of its error; undefined below level error. */
export function readSevereLine(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { msg, err } = severeSchema.parse(JSON.parse(line));
    return err ? `${msg}: ${err.message}` : msg;
  } catch {
    // Not one of our log lines, or less severe: it is only in the file.
    return undefined;
  }
}
