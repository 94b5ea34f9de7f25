/**
 * The results that were published for CacheTorrent: its authors' report of 2018, means of about
 * five runs of their simulator. Times in ms.
 *
 * The seed of `medium` has the same capacity as all other peers (2 Mbit/s up), that of `bigseed`
 * 8 Mbit/s; both have 700 peers in 14 AS and 1000 pieces of 1.96 Mbit.
 */

export const CONFIGS = ['medium', 'bigseed'] as const;
export type PublishedConfig = (typeof CONFIGS)[number];
export type Protocol = 'BitTorrent' | 'CacheTorrent' | 'biased' | 'MultiTorrent';

export interface Variant {
  readonly config: PublishedConfig;
  readonly protocol: Protocol;
  /**
   * CacheTorrent and MultiTorrent: the leaders of an AS; biased tracker: the neighbours from
   * anywhere. In percent.
   */
  readonly percent?: number;
  /** MultiTorrent: the number of sub-torrents. */
  readonly subTorrents?: number;
}

export type FigureName = 'p50Ms' | 'p90Ms' | 'meanMs' | 'redundancy';

export interface PublishedVariant extends Variant {
  readonly figures: Partial<Readonly<Record<FigureName, number>>>;
}

/** The minimum distribution time that the report gives for each configuration, in ms. */
export const PUBLISHED_T_MIN_MS: Readonly<Record<PublishedConfig, number>> = {
  medium: 980_000,
  bigseed: 974_424,
};

const CT = 'CacheTorrent';
const MT = 'MultiTorrent';

export const PUBLISHED: readonly PublishedVariant[] = [
  row('medium', 'BitTorrent', {}, [1_390_035, 1_421_906, undefined, 46.9]),
  row('medium', CT, { percent: 10 }, [2_088_355, 2_795_155, 2_174_415, 4.37]),
  row('medium', CT, { percent: 30 }, [1_631_675, 2_075_675, 1_633_130, 14.23]),
  row('medium', CT, { percent: 50 }, [1_421_284, 1_764_484, 1_506_736, 24.3]),
  row('medium', 'biased', { percent: 10 }, [1_428_535, 1_444_292, undefined, 10.58]),
  row('medium', 'biased', { percent: 30 }, [1_372_270, 1_387_873, undefined, 14.49]),
  row('medium', 'biased', { percent: 50 }, [1_371_253, 1_388_357, undefined, 18.96]),

  row('bigseed', 'BitTorrent', {}, [1_406_051, 1_413_451, 1_404_587, 46.33]),
  row('bigseed', CT, { percent: 10 }, [1_789_486, 2_465_663, 1_822_004, 4.14]),
  row('bigseed', CT, { percent: 30 }, [1_254_633, 1_718_133, 1_228_353, 9.23]),
  row('bigseed', CT, { percent: 50 }, [1_112_820, 1_383_120, 1_127_056, 13.72]),
  row('bigseed', 'biased', { percent: 10 }, [1_264_162, 1_283_064, 1_243_139, 11.09]),
  row('bigseed', 'biased', { percent: 30 }, [1_235_391, 1_252_212, 1_215_837, 14.44]),
  row('bigseed', 'biased', { percent: 50 }, [1_227_938, 1_244_944, 1_209_938, 17.57]),
  row('bigseed', MT, { percent: 10, subTorrents: 2 }, [1_733_125, undefined, undefined, 4.35]),
  row('bigseed', MT, { percent: 50, subTorrents: 2 }, [1_318_250, undefined, undefined, 11.58]),
];

/** Published is only that the first becomes faster than the second between 30 and 40 %. */
export const UNPUBLISHED: readonly Variant[] = [
  { config: 'bigseed', protocol: CT, percent: 40 },
  { config: 'bigseed', protocol: 'biased', percent: 40 },
];

type FigureColumns = readonly [
  p50Ms: number | undefined,
  p90Ms: number | undefined,
  meanMs: number | undefined,
  redundancy: number | undefined,
];

function row(
  config: PublishedConfig,
  protocol: Protocol,
  share: Pick<Variant, 'percent' | 'subTorrents'>,
  [p50Ms, p90Ms, meanMs, redundancy]: FigureColumns,
): PublishedVariant {
  const known = Object.entries({ p50Ms, p90Ms, meanMs, redundancy }).filter(
    ([, value]) => value !== undefined,
  );
  return { config, protocol, ...share, figures: Object.fromEntries(known) };
}
