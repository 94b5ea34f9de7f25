/** The Chromium of the system, in which tools look at pages. */

import { existsSync } from 'node:fs';

import { UserError } from '@cachetorrent/runner';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'];
/** Without a graphics card, WebGL is drawn by the CPU. */
const ARGS = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/**
 * Calls `use` with a browser, and closes it when that returns or throws.
 *
 * @throws UserError if there is no Chromium
 */
export async function withChromium<Result>(
  use: (browser: Browser) => Promise<Result>,
): Promise<Result> {
  const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    const fix = 'install it, or set CHROMIUM to its path';
    throw new UserError({ at: 'Chromium', problem: 'is not installed', fix });
  }
  const browser = await chromium.launch({ executablePath, args: ARGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}
