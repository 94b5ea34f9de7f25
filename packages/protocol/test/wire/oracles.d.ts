/** The reference packages have no types; these are the parts that the tests use. */

declare module 'bittorrent-protocol' {
  import type { Duplex } from 'node:stream';

  export class Wire extends Duplex {
    hasFast: boolean;
    amChoking: boolean;
    amInterested: boolean;
    peerChoking: boolean;
    peerInterested: boolean;
    peerExtendedMapping: Record<string, number>;
    // oxlint-disable-next-line typescript/no-explicit-any -- methods are called by name
    [name: string]: any;
    handshake(
      infoHash: Uint8Array,
      peerId: Uint8Array,
      extensions?: { dht?: boolean; fast?: boolean },
    ): void;
    use(extension: new (wire: Wire) => object): void;
  }
  const Default: new () => Wire;
  export default Default;
}

declare module 'bencode' {
  const bencode: {
    encode(value: unknown): Uint8Array;
    decode(bytes: Uint8Array): unknown;
    decode: { bytes: number } & ((bytes: Uint8Array) => unknown);
  };
  export default bencode;
}
