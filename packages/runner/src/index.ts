/** The runner as a library: what a program needs to do as the command does. */

export {};
