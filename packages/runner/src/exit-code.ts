/** The exit codes of the command. */

/** After an interruption, the code is 128 plus the number of the signal, as of a shell. */
export const EXIT_CODE = { success: 0, failure: 1, userError: 2, interrupted: 130 } as const;
