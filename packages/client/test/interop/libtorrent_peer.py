"""Seeds or downloads one torrent with libtorrent, on one address, until it is killed.

It prints the number of its pieces whenever that changes. An upload of 0 slots unchokes nobody.
"""

import sys
import time

import libtorrent as lt

role, path, folder, port, host, *slots = sys.argv[1:]
session = lt.session({
    "listen_interfaces": f"{host}:{port}",
    "outgoing_interfaces": host,
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": lt.enc_policy.disabled,
    "out_enc_policy": lt.enc_policy.disabled,
    "allow_multiple_connections_per_ip": True,
    "min_announce_interval": 5,
    **({"unchoke_slots_limit": int(slots[0])} if slots else {}),
})
if slots:
    # Peers on local addresses need no slot unless they are in the class of all others.
    everybody = lt.ip_filter()
    everybody.add_rule("0.0.0.0", "255.255.255.255", 1 << lt.session.global_peer_class_id)
    session.set_peer_class_filter(everybody)
params = lt.add_torrent_params()
params.ti = lt.torrent_info(path)
params.save_path = folder
flags = lt.torrent_flags
params.flags |= flags.disable_dht | flags.disable_lsd | flags.disable_pex
params.flags &= ~(flags.auto_managed | flags.paused)
if role == "seed":
    params.flags |= flags.seed_mode
handle = session.add_torrent(params)
pieces = None
while True:
    count = handle.status().num_pieces
    if count != pieces:
        pieces = count
        print(pieces, flush=True)
    time.sleep(0.1)
