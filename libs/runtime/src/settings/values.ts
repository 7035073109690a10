import { z } from 'zod';

// Formats of values, shared by several sections.

export const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number('must be an integer').int('must be an integer').min(min).max(max).default(fallback);

export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');

export const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

/** `host:port`; an IPv6 address is in brackets. */
const hostAndPort = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/;

/** Comma-separated `host:port`. */
export const addresses = () =>
  list('').transform((parts, context) =>
    parts.map((part) => {
      const [, host = '', port = ''] = hostAndPort.exec(part) ?? [];
      if (host === '' || Number(port) < 1 || Number(port) > 65_535)
        context.addIssue('must be comma-separated host:port');
      return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
    }),
  );

export const url = (protocols: RegExp, wanted: string) =>
  z.url({ protocol: protocols, error: `must be ${wanted}` });

export const parseJson = (text: string, context: z.RefinementCtx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The text may contain secrets, and the parser's message quotes it.
    context.addIssue('must be JSON');
    return z.NEVER;
  }
};
