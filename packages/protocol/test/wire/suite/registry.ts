/** The tests that are registered with our replacement of `tape`. */

export interface RegisteredTest {
  readonly title: string;
  /** Resolves to the number of assertions; rejects with the first that fails. */
  readonly run: () => Promise<number>;
}

/** The tests in the order of registration. */
export const registered: RegisteredTest[] = [];
