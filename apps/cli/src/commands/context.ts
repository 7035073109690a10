import type { Command } from '@commander-js/extra-typings';

/** The command that others are added to. */
export type Program = Command<[], {}, {}>;

/** What a command gets besides its own words. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  /** Takes the exit code of the command: 0 for success, 1 if what it reports is a failure. */
  end(code: number): void;
}

/** Adds commands to a program. Their rooms load when they run, so that help needs no database driver. */
export type AddCommands = (program: Program, context: Context) => void;

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, before: string[] = []) => [...before, value];
