/**
 * Customer cones (Luckie et al., AS Relationships, Customer Cones, and Validation, 2013, section
 * 5): the cone of an AS is the AS itself, its customers, their customers, and so on. Its size says
 * how much of the internet an AS reaches without paying for it.
 */

import type { Relationships } from './relationships.ts';

/** Returns the number of AS in the (recursive) customer cone of each AS, itself included. */
export function customerConeSizes({ asNumbers, customers }: Relationships): Uint32Array {
  const { start, neighbours } = customers;
  const count = asNumbers.length;
  const sizes = new Uint32Array(count).fill(1);
  const seenFor = new Uint32Array(count);
  const cone = new Uint32Array(count);
  for (let as = 0; as < count; as++) {
    if (start[as] === start[as + 1]) continue;
    let size = 0;
    cone[size++] = as;
    seenFor[as] = as + 1;
    for (let i = 0; i < size; i++) {
      const member = cone[i]!;
      for (let k = start[member]!; k < start[member + 1]!; k++) {
        const customer = neighbours[k]!;
        if (seenFor[customer] === as + 1) continue;
        seenFor[customer] = as + 1;
        cone[size++] = customer;
      }
    }
    sizes[as] = size;
  }
  return sizes;
}
