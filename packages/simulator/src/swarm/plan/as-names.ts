/** The names of AS, as configurations and messages have them. */

import { TRANSIT } from '../../network/routes.ts';

/** An AS as it is written in a configuration: its number, or its name. */
export type AsReference = string | number;

/** The name of the AS with a number, or with an index among the stub domains of a topology. */
export function nameOfAs(number: number): string {
  return `AS${number}`;
}

/** The name of an AS that is written as `3`, `"3"`, `AS3` or `as3`; of others, as they are. */
export function asName(written: AsReference): string {
  if (typeof written === 'number') return nameOfAs(written);
  const number = /^(?:as)?(\d+)$/i.exec(written.trim())?.[1];
  return number === undefined ? written.trim() : nameOfAs(Number(number));
}

/** Whether an AS of a transit–stub topology has this name. */
export function isAsOfTransitStub(name: string, stubDomains: number): boolean {
  if (name === TRANSIT) return true;
  const number = /^AS(\d+)$/.exec(name)?.[1];
  return number !== undefined && Number(number) < stubDomains;
}
