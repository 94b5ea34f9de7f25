/** The commented configuration that `cachetorrent init` writes. */

/**
 * Only the lines without a leading `#` count; every `# field: value` line can be activated by
 * removing its `# `, and states the default unless its comment says otherwise.
 */
export const STARTING_FILE = `# A swarm for cachetorrent. Run it:  cachetorrent run FILE
#
# Quantities have a unit ("256 KiB", "2 Mbit/s", "10 s", "30 %"); a plain number is in bytes,
# kbit/s, milliseconds or percent. docs/configuration.md explains every field.

peers: 200                # seeds included
# seeds: 1                # or { count: 1, upload: 20 Mbit/s, download: 0 }
# upload: 10 Mbit/s       # of seeds and classes that have none of their own
# download: 50 Mbit/s

# Classes of leechers that are alike: by count, by share, or arriving in the course of the run.
# classes:
#   - { name: dsl, share: 60 %, upload: 2 Mbit/s, download: 16 Mbit/s }
#   - { name: fibre, share: 40 %, upload: 50 Mbit/s, download: 100 Mbit/s }
#   - { name: cable, arrivals: { rate: 100/h, decay: 12 h }, leaves: { after: 30 min } }

# When the run ends: when all are complete; at a time, such as 2 d; or by an event.
# until: complete         # { time: 2 d, event: steady } # or completions, empty, died, complete
# warmUp: 0               # what happens before does not count in figures (such as 2 h)

# What happens on purpose, such as crashes of leaders; docs/dynamics.md lists the events.
# faults:
#   - { at: 10 min, crash: { leaders: 50 % } }

file:
  size: 64 MiB            # or pieces: 256
  pieceSize: 256 KiB

# arrivals:
#   meanGap: 2 ms         # mean time between two arrivals, a Poisson process
#   classOrder: shuffled  # or listed: one class after the other

network:
  as: 8                   # autonomous systems (default: 10)
#   topology: transit-stub  # or from a file: relationships, table, graph (docs/networks.md)
#   routersPerAs: 54      # ± 2; every node has a router of its own
#   transitDomains: 4     # parts of the backbone
#   routersPerTransitDomain: 10
#   latency: topology     # or one latency for all: 50 ms
#   allocationInterval: 1 s  # how often the rates of flows are set
#   borders:              # capacities and losses of AS to all others, or of links (default: none)
#     - { as: all, up: 20 Mbit/s, down: 20 Mbit/s }
#   tcp: { window: 4 MiB, loss: 0 % }  # bounds flows by their round trip (default: off)
#   prices: { transit: 2 }  # per Mbit/s and month (default: traffic has no price)

# tracker:
#   neighbours: 20        # named to each peer; as many again connect to it
#   externalNeighbours: 10 %  # biased neighbour selection (default: off)
#   neighbourSelection: uniform  # or biased, hops, latency, cost, budget
#   sampleSize: 100       # peers of which hops and latency choose the nearest
#   interAsConnections: 4 # of each AS in all, with budget
#   costMap: hops         # or a CSV file, with cost: from,to,cost
#   minPeers: 200         # the tracker answers when this many peers have joined

# client:                 # a name alone is a whole client: "client: mainline"
#   rules: client         # or original: as the simulator of 2018
#   quirks: {}            # single quirks that differ from rules, such as { repeatChokes: true }
#   preset: libtorrent    # or mainline, transmission: the defaults of what follows
#   connectionsMax: 80    # of each peer (default: no limit)
#   uploadSlots: 7
#   optimisticSlots: 1
#   rechokeInterval: 15 s
#   optimisticInterval: 30 s
#   choker: tit-for-tat   # or rate-based, mainline, transmission, random
#   seedChoker: round-robin  # or fastest-upload, anti-leech, mainline, transmission, random
#   rateRounds: 1         # rounds over which rates are measured
#   freeSlots: at-once    # or rechoke, next-round
#   requestQueue: 3 s     # blocks are kept requested that arrive in this time
#   requestQueueMin: 2
#   requestQueueMax: 500
#   requestQueueStart: 4  # while the rate is not known
#   wholePieceTime: 20 s  # faster connections get pieces of their own
#   partialPieces: among-rarest  # or first, seeds-apart, fewest-missing
#   pieceOrder: rarest    # or random, in-order
#   randomFirstPieces: 4
#   endgame: strict       # or two, all
#   endgameCancels: false
#   requestTimeout: 20 s
#   snubbedAfter: 0       # the choker mainline gives those no slot that send nothing
#   superSeeding: false
#   redundantHaves: true
#   allowedFastPieces: 5  # that may be requested while choked
#   backlog: 10           # pieces requested from a leader at a time

cache:                    # CacheTorrent; remove for plain BitTorrent
  leaders: 30 %           # of the peers of each AS
#   policy: capacity      # who leads; or uptime, stability, random
#   minLeaders: 1         # of each AS, if it has as many peers
#   maxLeaders: 5         # (default: no limit)
#   subTorrents: 1        # each with leaders of its own
#   requestPriority: within-rarity  # of pieces that followers have requested; or absolute
#   leaderShare: equal    # in all AS; or price: fewer leaders where traffic is dear
#   parents: cheapest     # AS whose leaders fetch for others; or providers, peers, a list
#   providerCaches:       # peers that providers run, in all AS or in some
#     - { as: all, role: leader, upload: 100 Mbit/s, download: 100 Mbit/s }
`;
