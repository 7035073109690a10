import { describe, expect, test } from 'vitest';
import { retryAfterOf } from './retry-after.js';
import { retryDelayS } from './retry-delay.js';

const now = new Date('2026-01-15T08:30:00Z');

describe('retryAfterOf', () => {
  test.each([
    ['120', 120],
    [' 7 ', 7],
    ['0', 0],
    ['999999999999', 86_400],
    ['Thu, 15 Jan 2026 08:31:30 GMT', 90],
    ['Thu, 15 Jan 2026 08:00:00 GMT', 0],
    ['Thu, 15 Jan 2099 08:00:00 GMT', 86_400],
    [['30', '60'], 30],
    ['', null],
    ['soon', null],
    ['-5x', null],
    [undefined, null],
    [[], null],
  ])('%j asks for %s s', (header, seconds) => expect(retryAfterOf(header, now)).toBe(seconds));
});

describe('retryDelayS', () => {
  const schedule = [5, 300];

  test.each([
    ['after the first attempt', { attempts: 1, retryAfterS: null, random: 0.5 }, 5],
    ['at the least', { attempts: 1, retryAfterS: null, random: 0 }, 4.5],
    ['at the most', { attempts: 1, retryAfterS: null, random: 1 }, 5.5],
    ['after the second', { attempts: 2, retryAfterS: null, random: 0.5 }, 300],
    ['as long as the receiver wants', { attempts: 1, retryAfterS: 60, random: 0.5 }, 60],
    ['no shorter than planned', { attempts: 2, retryAfterS: 60, random: 0.5 }, 300],
  ])('%s', (_, { attempts, retryAfterS, random }, delayS) => {
    expect(retryDelayS(schedule, attempts, retryAfterS, () => random)).toBeCloseTo(delayS);
  });

  test('ends with the schedule, whatever the receiver wants', () => {
    expect(retryDelayS(schedule, 3, null)).toBe(null);
    expect(retryDelayS(schedule, 3, 60)).toBe(null);
    expect(retryDelayS(schedule, 30, null)).toBe(null);
  });
});
