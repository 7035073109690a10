import type { Command } from '@commander-js/extra-typings';

/** The command to which subcommands are added. */
export type Program = Command<[], {}, {}>;

/** What a command gets besides its own arguments. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  /** Sets the exit code of the command: 0 for success, 1 if it reports a failure. */
  end(code: number): void;
}

/** Adds commands to a program. Their modules load only when they run, so that help needs no database driver. */
export type AddCommands = (program: Program, context: Context) => void;

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: string[] = []) => [...before, value];
