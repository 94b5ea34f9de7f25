/** Loaded before a program: appends the address of each module that any thread loads to a file. */

import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { threadId } from 'node:worker_threads';

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADED_MODULES, `${threadId} ${url}\n`);
    return next(url, context);
  },
});
