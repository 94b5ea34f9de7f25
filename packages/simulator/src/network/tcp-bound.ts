/**
 * How TCP bounds the rate of a flow by its round trip.
 *
 * A sender has at most a window of data on its way, so no flow is faster than `window / RTT` (RFC
 * 7323, section 1.1). Where packets are lost with probability p, congestion avoidance lets it have
 *
 *     MSS / RTT · sqrt(3/2) / sqrt(p)
 *
 * at most (Mathis, Semke, Mahdavi and Ott, The macroscopic behavior of the TCP congestion avoidance
 * algorithm, 1997): sqrt(3/2) is 1.22. Slow start, delayed acknowledgements, timeouts and
 * congestion controls other than Reno's are not modelled.
 */

export interface TcpOptions {
  /** The window, in bits. */
  readonly windowBits: number;
  /**
   * The percentage of the packets that each link between two AS loses, unless an entry of the
   * borders says what it loses; absent: none.
   */
  readonly lossPercent?: number;
}

/** Payload of a packet, in bits: 1500 bytes of Ethernet less 40 of headers. */
const SEGMENT_BITS = 1460 * 8;

/**
 * The greatest rate of a flow, in kbit/s, with a round trip of `rttMs`, of whose packets a part is
 * lost on the way.
 */
export function tcpBoundKbps(windowBits: number, rttMs: number, lostPart: number): number {
  const byWindow = windowBits / rttMs;
  if (lostPart === 0) return byWindow;
  return Math.min(byWindow, (SEGMENT_BITS / rttMs) * Math.sqrt(1.5 / lostPart));
}
