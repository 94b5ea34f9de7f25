"""Runs a swarm of libtorrent sessions in this process, on loopback addresses, and measures it.

The first line of stdin describes the swarm (`RealSwarm` in real-swarm.ts), and the only line on
stdout says what happened (`REPORT` there). The process ends at once when stdin is closed, and
removes its folder, so it never outlives the process that has started it. Sessions reach only one
another: no DHT, local peer discovery, peer exchange, port forwarding, uTP or encryption.
"""

import glob
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import sys
import threading
import time

import libtorrent as lt

PORT = 6881
STEP_S = 0.1
START_LIMIT_S = 30
ANSWER_LIMIT_S = 5
# Connections may be replaced while the swarm runs, so they are read now and then.
PAIRS_EVERY_S = 10
# The messages of BEP 3 are counted where they arrive, those of BEP 6 where they are sent. Version
# 2.0.8 counts a message of BEP 6 a second time when it is sent: as the message of BEP 3 whose id is
# lower by 9, a `have none` as a request for instance; when it arrives, only as that one.
MESSAGES = {
    **dict.fromkeys((
        "choke", "unchoke", "interested", "not_interested", "have", "request", "piece", "cancel",
        "bitfield",
    ), "incoming"),
    **dict.fromkeys(("have_all", "have_none", "reject", "allowed_fast", "suggest"), "outgoing"),
}
WASTED = ("net.recv_redundant_bytes", "net.recv_failed_bytes")


def exit_with_parent(folder):
    while sys.stdin.buffer.read(4096):
        pass
    # A parent that was killed cannot remove it.
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def reserve_network():
    """Returns a socket, and the second number of the addresses that are ours while it is open."""
    for octet in range(16, 250):
        lock = socket.socket()
        try:
            lock.bind((f"127.{octet}.0.1", PORT))
            lock.listen()
            return lock, octet
        except OSError:
            lock.close()
    raise SystemExit("all loopback networks are in use")


def make_torrent(path, size, piece_bytes, seed):
    content = random.Random(seed).randbytes(size)
    with open(path, "wb") as file:
        file.write(content)
    pieces = [content[at:at + piece_bytes] for at in range(0, size, piece_bytes)]
    hashes = b"".join(hashlib.sha1(piece).digest() for piece in pieces)
    info = {"name": "file", "length": size, "piece length": piece_bytes, "pieces": hashes}
    return lt.bencode({"info": info})


def settings_of(peer, address, swarm):
    return {
        "listen_interfaces": f"{address}:{PORT}",
        "outgoing_interfaces": address,
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_outgoing_utp": False,
        "enable_incoming_utp": False,
        "out_enc_policy": int(lt.enc_policy.disabled),
        "in_enc_policy": int(lt.enc_policy.disabled),
        # 0 is no limit: who unchokes nobody sends messages only.
        "upload_rate_limit": peer["uploadBytesPerS"],
        "download_rate_limit": peer["downloadBytesPerS"],
        # The number of slots includes the optimistic one.
        "unchoke_slots_limit": swarm["slots"] if peer["uploadBytesPerS"] > 0 else 0,
        "num_optimistic_unchoke_slots": swarm["optimisticSlots"],
        "unchoke_interval": swarm["rechokeS"],
        # A limit is on the bytes of TCP, as in the simulation.
        "rate_limit_ip_overhead": False,
        # A connection stays to the end, so that all that it has carried can be read.
        "close_redundant_connections": False,
        "connections_limit": 4 * len(swarm["peers"]),
        "connection_speed": 200,
        "aio_threads": 1,
        "hashing_threads": 1,
        "alert_queue_size": 100_000,
        "alert_mask": int(
            lt.alert.category_t.status_notification
            | lt.alert.category_t.error_notification
            | lt.alert.category_t.connect_notification
            | lt.alert.category_t.peer_notification
        ),
        # Allowed-fast pieces are served to peers that are choked.
        **({} if peer["uploadBytesPerS"] > 0 else {"allowed_fast_set_size": 0}),
        **swarm["settings"],
    }


def start(peer, address, torrent, folder, swarm):
    """Starts a session without plugins, and its torrent."""
    session = lt.session(settings_of(peer, address, swarm), 0)
    # Peers on local addresses are exempt from limits unless they are in the class of all others.
    everybody = lt.ip_filter()
    everybody.add_rule("0.0.0.0", "255.255.255.255", 1 << lt.session.global_peer_class_id)
    session.set_peer_class_filter(everybody)
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(lt.bdecode(torrent))
    params.save_path = folder
    flags = lt.torrent_flags
    params.flags = flags.disable_dht | flags.disable_lsd | flags.disable_pex
    if peer["isSeed"]:
        params.flags |= flags.seed_mode
    return session, session.add_torrent(params)


def await_start(handles):
    checking = ("checking_files", "checking_resume_data")
    limit = time.monotonic() + START_LIMIT_S
    while any(str(handle.status().state) in checking for handle in handles):
        if time.monotonic() > limit:
            raise SystemExit("the sessions have not started")
        time.sleep(STEP_S)


class Swarm:
    def __init__(self, swarm, sessions, handles, addresses):
        self.peers = swarm["peers"]
        self.leaves = swarm.get("leaves", False)
        self.sessions = sessions
        self.handles = handles
        self.index = {address: i for i, address in enumerate(addresses)}
        self.begin = time.monotonic()
        self.completed = [None] * len(sessions)
        self.counters = [{} for _ in sessions]
        self.answers = 0
        # What each connection that is open has carried, and those that were closed before it.
        self.carried = {}
        self.carried_before = {}
        self.disconnections = {}
        self.errors = {}

    def now(self):
        return time.monotonic() - self.begin

    def read_alerts(self):
        now = self.now()
        for i, session in enumerate(self.sessions):
            for alert in session.pop_alerts():
                kind = type(alert).__name__
                if kind == "torrent_finished_alert":
                    if self.completed[i] is None:
                        self.completed[i] = now
                        if self.leaves and not self.peers[i]["isSeed"]:
                            self.leave(i)
                elif kind == "session_stats_alert":
                    self.counters[i] = alert.values
                    self.answers += 1
                elif kind in ("peer_disconnected_alert", "peer_error_alert"):
                    reason = alert.error.message()
                    self.disconnections[reason] = self.disconnections.get(reason, 0) + 1
                elif kind.endswith("error_alert") or kind.endswith("failed_alert"):
                    self.errors[alert.message()] = self.errors.get(alert.message(), 0) + 1

    def ask_counters(self):
        self.answers = 0
        for session in self.sessions:
            session.post_session_stats()

    def read_pairs(self):
        for i, handle in enumerate(self.handles):
            for info in handle.get_peer_info():
                self.note(i, self.index[info.ip[0]], info.total_upload)

    def note(self, i, j, total):
        before = self.carried.get((i, j), 0)
        if total < before:
            self.carried_before[i, j] = self.carried_before.get((i, j), 0) + before
        self.carried[i, j] = total

    def leave(self, i):
        # The others forget what a connection has carried when it closes.
        for info in self.handles[i].get_peer_info():
            other = self.index[info.ip[0]]
            self.note(i, other, info.total_upload)
            self.note(other, i, info.total_download)
        self.handles[i].pause()

    def sent(self):
        return [counters.get("net.sent_payload_bytes", 0) for counters in self.counters]


class Machine:
    """How much of the CPU the process has got, and how long its threads have waited for it."""

    def __init__(self):
        self.delays = []
        self.wall = time.monotonic()
        self.cpu = self.read_cpu()
        self.wait = self.read_wait()

    @staticmethod
    def read_cpu():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    @staticmethod
    def read_wait():
        """The time that threads were ready to run and had no CPU, in seconds, over all threads."""
        total = 0
        for path in glob.glob("/proc/self/task/*/schedstat"):
            try:
                with open(path) as file:
                    total += int(file.read().split()[1])
            except OSError:
                pass  # The thread has ended.
        return total / 1e9

    def report(self):
        wall = time.monotonic() - self.wall
        delays = sorted(self.delays)
        return {
            "cpuCores": (self.read_cpu() - self.cpu) / wall,
            "waitingThreads": (self.read_wait() - self.wait) / wall,
            "delayMedianMs": 1000 * delays[len(delays) // 2],
            "delayP95Ms": 1000 * delays[int(0.95 * len(delays))],
            "load": os.getloadavg()[0],
            "cores": os.cpu_count(),
        }


def run(swarm, peers, sessions, handles, addresses):
    state = Swarm(swarm, sessions, handles, addresses)
    machine = Machine()
    made = set()
    for i, peer in enumerate(peers):
        for j in peer["neighbours"]:
            if (j, i) not in made:
                made.add((i, j))
                handles[i].connect_peer((addresses[j], PORT))

    samples = []
    next_sample, next_pairs = 1, PAIRS_EVERY_S
    while state.now() < swarm["limitS"]:
        begin = time.monotonic()
        time.sleep(STEP_S)
        machine.delays.append(time.monotonic() - begin - STEP_S)
        state.read_alerts()
        if state.answers == len(sessions):
            state.answers = 0
            samples.append([state.now(), state.sent()])
        if all(at is not None for i, at in enumerate(state.completed) if not peers[i]["isSeed"]):
            break
        if state.now() >= next_sample:
            next_sample += 1
            state.ask_counters()
        if state.now() >= next_pairs:
            next_pairs += PAIRS_EVERY_S
            state.read_pairs()
    measured = machine.report()
    end = state.now()
    state.read_pairs()
    state.read_alerts()
    state.ask_counters()
    limit = time.monotonic() + ANSWER_LIMIT_S
    while state.answers < len(sessions) and time.monotonic() < limit:
        time.sleep(STEP_S)
        state.read_alerts()
    samples.append([end, state.sent()])

    pairs = state.carried
    before = state.carried_before
    return {
        "version": lt.__version__,
        "durationS": end,
        "completedS": [0 if peer["isSeed"] else at for peer, at in zip(peers, state.completed)],
        "sent": samples,
        "pairs": [[i, j, pairs[i, j] + before.get((i, j), 0)] for i, j in sorted(pairs)],
        "messages": {
            kind: sum(counters[f"ses.num_{way}_{kind}"] for counters in state.counters)
            for kind, way in MESSAGES.items()
        },
        "wastedBytes": sum(each.get(name, 0) for each in state.counters for name in WASTED),
        "sentBytes": sum(each.get("net.sent_bytes", 0) for each in state.counters),
        "disconnections": state.disconnections,
        "errors": state.errors,
        "machine": measured,
    }


def main():
    # Ctrl-C reaches all processes of the terminal; our parent decides what to do about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    swarm = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=exit_with_parent, args=(swarm["folder"],), daemon=True).start()
    os.nice(swarm["nice"])
    lock, octet = reserve_network()
    peers = swarm["peers"]
    folders = [f"{swarm['folder']}/{i}" for i in range(len(peers))]
    for folder in folders:
        os.mkdir(folder)
    original = f"{swarm['folder']}/file"
    torrent = make_torrent(original, swarm["fileBytes"], swarm["pieceBytes"], swarm["seed"])
    # Each in a /24 of its own: peers of the same one are allowed the same pieces (BEP 6).
    addresses = [f"127.{octet}.{1 + i % 250}.{1 + i // 250}" for i in range(len(peers))]
    sessions, handles = [], []
    for peer, address, folder in zip(peers, addresses, folders):
        if peer["isSeed"]:
            os.link(original, f"{folder}/file")
        session, handle = start(peer, address, torrent, folder, swarm)
        sessions.append(session)
        handles.append(handle)
    await_start(handles)
    print(json.dumps(run(swarm, peers, sessions, handles, addresses)), flush=True)
    lock.close()
    # Sessions would say goodbye to trackers that they do not have, which takes seconds.
    os._exit(0)


main()
