"""Seeds or downloads one torrent with libtorrent, on one address, until it is killed."""

import sys
import time

import libtorrent as lt

role, path, folder, port, host = sys.argv[1:]
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
})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(path)
params.save_path = folder
flags = lt.torrent_flags
params.flags |= flags.disable_dht | flags.disable_lsd | flags.disable_pex
params.flags &= ~(flags.auto_managed | flags.paused)
if role == "seed":
    params.flags |= flags.seed_mode
session.add_torrent(params)
while True:
    time.sleep(1)
