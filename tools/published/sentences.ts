/**
 * What the figures say, in three sentences. Written by hand from `docs/published.md`: whoever
 * makes the figures anew reads these again, and changes what no longer follows from them.
 */

export const SENTENCES: readonly string[] = [
  'Leaders do what they are for: on `medium`, with 10 % of leaders and the habits of today’s ' +
    'clients, a piece enters an AS 4 times instead of 44, and 8 % of the bytes cross a border ' +
    'instead of 89 %.',
  'Followers pay for it with time, and the fewer leaders there are the more they pay: at 10 % ' +
    'half of the peers are done an eighth later than in plain BitTorrent, and nine tenths of ' +
    'them two thirds later; at 50 % half are done a little earlier, since leaders gain what ' +
    'followers lose.',
  'A good part of the price that was published is the price of habits that no client has: by the ' +
    'original’s rules 10 % of leaders make the 50th percentile 50 % later, by a client’s 13 %.',
];
