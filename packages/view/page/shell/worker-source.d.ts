/** The module that the bundler provides: the program of the worker, as text. */
declare module 'view:worker' {
  const workerSource: string;
  export { workerSource as default };
}
