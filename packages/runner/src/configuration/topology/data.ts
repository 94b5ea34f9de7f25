/** What a file that describes a network says, as the simulator takes it. */

import type { NetworkFileConfig } from '@cachetorrent/simulator/configuration';

export type NetworkData = NonNullable<NetworkFileConfig['network']>;
export type TableData = Extract<NetworkData, { readonly kind: 'table' }>;
export type GraphData = Extract<NetworkData, { readonly kind: 'graph' }>;
