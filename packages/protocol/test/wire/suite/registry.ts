/** The tests that have registered themselves with our stand-in for `tape`. */

export interface RegisteredTest {
  readonly title: string;
  /** Rejects with the first claim that does not hold. Resolves to the number of claims. */
  readonly run: () => Promise<number>;
}

/** In order of registration. */
export const registered: RegisteredTest[] = [];
