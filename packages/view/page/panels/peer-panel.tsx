/** Everything about the peer that is selected. */

import type { RecordingHeader } from '@cachetorrent/recording';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

import type { PeerDetails, PeerNeighbour, PeerRole, Scene } from '../scene.ts';
import type { RunState } from '../state.ts';
import { useFollowed } from '../follow.ts';
import { formatInteger, formatMbps, formatSeconds, mbps, NONE, pluralize } from './format.ts';
import {
  Figures,
  MoreButton,
  PAGE_ROWS,
  Panel,
  type PanelProps,
  PeerButton,
  Pending,
  ProgressBar,
} from './panel.tsx';
import { lifeSentence, parsePeer, roleName, waitsForSentence } from './sentences.ts';
import { useSteadyOrder } from './steady-order.ts';

/** The most sub-torrents whose roles are shown at first. */
const ROLES_SHOWN = 8;

/** The selected peer of a run. */
export function PeerPanel({ run }: PanelProps) {
  const header = run.header.value;
  const peer = run.peer.value;
  const title = peer === undefined ? 'Peer' : `Peer ${peer}`;
  const close = peer !== undefined && (
    <button
      type="button"
      onClick={() => {
        run.peer.value = undefined;
      }}
    >
      Close
    </button>
  );
  return (
    <Panel title={title} class="peer-panel" actions={close}>
      {header !== undefined && <PeerField key={run.index} run={run} header={header} />}
      {header === undefined && <Pending />}
      {header !== undefined && peer === undefined && (
        <p class="panel-hint">
          No peer is selected. Type its number, or choose it on the map or in the heat map of an AS.
        </p>
      )}
      {header !== undefined && peer !== undefined && (
        <Peer key={`${run.index} ${peer}`} run={run} header={header} peer={peer} />
      )}
    </Panel>
  );
}

interface PeerFieldProps {
  readonly run: RunState;
  readonly header: RecordingHeader;
}

/** A field to jump to a peer by its number. */
function PeerField({ run, header }: PeerFieldProps) {
  const id = useId();
  const text = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  return (
    <form
      class="panel-row"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const parsed = parsePeer(text.value, header.peers.as.length);
        problem.value = 'problem' in parsed ? parsed.problem : undefined;
        if ('peer' in parsed) run.select(parsed.peer);
      }}
    >
      <label>
        Peer{' '}
        <input
          type="text"
          class="panel-input panel-number"
          inputMode="numeric"
          autoComplete="off"
          value={text.value}
          aria-invalid={problem.value !== undefined}
          aria-describedby={id}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Select</button>
      <span class="panel-problem" id={id} role="alert">
        {problem.value}
      </span>
    </form>
  );
}

interface PeerProps extends PeerFieldProps {
  readonly peer: number;
}

function Peer({ run, header, peer }: PeerProps) {
  const scene = useFollowed(run.scene).value;
  const details = scene?.peer?.peer === peer ? scene.peer : undefined;
  const { peers, as } = header;
  const system = peers.as[peer]!;
  const className = header.classes[peers.class[peer]!]!;
  const isCache = header.caches.includes(peer);
  return (
    <>
      <Figures
        figures={[
          [
            'AS',
            <button
              type="button"
              class="panel-link"
              onClick={() => {
                run.openAs.value = system;
              }}
            >
              {as.name[system]}
            </button>,
          ],
          ['Class', isCache ? `${className}, a cache of a provider` : className],
          ['Upload capacity', formatMbps(peers.uploadKbps[peer]!)],
          ['Download capacity', formatMbps(peers.downloadKbps[peer]!)],
          ['Arrives at', formatSeconds(peers.arrivesAtMs[peer]!)],
        ]}
      />
      {scene === undefined || details === undefined ? (
        <p class="panel-hint">Looking it up …</p>
      ) : (
        <Details run={run} header={header} scene={scene} details={details} />
      )}
    </>
  );
}

interface DetailsProps extends PeerFieldProps {
  readonly scene: Scene;
  readonly details: PeerDetails;
}

function Details({ run, header, scene, details }: DetailsProps) {
  const { waitsFor, pieces, uploadKbps, downloadKbps, completedAtMs, roles, neighbours } = details;
  const held = `${formatInteger(pieces)} of ${pluralize(header.pieces, 'piece')}`;
  return (
    <>
      <p class="peer-panel-life">
        {lifeSentence(header, details, scene.atMs)}{' '}
        {waitsFor !== 'absent' && waitsForSentence(waitsFor)}
      </p>
      <Figures
        figures={[
          ['Progress', <ProgressBar share={pieces / header.pieces} />],
          ['Holds', held],
          ['Sends now', formatMbps(uploadKbps)],
          ['Receives now', formatMbps(downloadKbps)],
          ['Completed at', Number.isNaN(completedAtMs) ? NONE : formatSeconds(completedAtMs)],
          ...(roles.length === 1 ? [['Role', <Role run={run} role={roles[0]!} />] as const] : []),
        ]}
      />
      {roles.length > 1 && <Roles run={run} roles={roles} />}
      <Neighbours run={run} header={header} neighbours={neighbours} />
    </>
  );
}

/** Its role in each sub-torrent. */
function Roles({ run, roles }: { readonly run: RunState; readonly roles: readonly PeerRole[] }) {
  const shown = useSignal(ROLES_SHOWN);
  return (
    <>
      <div class="panel-scroll">
        <table class="panel-table peer-panel-roles">
          <caption>Role in each sub-torrent</caption>
          <thead>
            <tr>
              <th scope="col">Sub-torrent</th>
              <th scope="col">Role</th>
            </tr>
          </thead>
          <tbody>
            {roles.slice(0, shown.value).map((role, sub) => (
              <tr key={sub}>
                <th scope="row">{sub}</th>
                <td>
                  <Role run={run} role={role} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MoreButton
        hidden={roles.length - shown.value}
        onMore={(more) => {
          shown.value += more;
        }}
      />
    </>
  );
}

function Role({ run, role }: { readonly run: RunState; readonly role: PeerRole }) {
  return (
    <>
      {roleName(role)}
      {role.role === 'follower' &&
        role.leaders.map((leader) => (
          <span key={leader}>
            {' '}
            <PeerButton run={run} peer={leader} />
          </span>
        ))}
    </>
  );
}

interface NeighboursProps extends PeerFieldProps {
  readonly neighbours: readonly PeerNeighbour[];
}

function Neighbours({ run, header, neighbours }: NeighboursProps) {
  const shown = useSignal(PAGE_ROWS);
  const byKey = new Map(neighbours.map((each) => [keyOf(each), each]));
  const [order, handlers] = useSteadyOrder([...byKey.keys()], header);
  if (neighbours.length === 0) return <p class="panel-hint">It has no neighbours now.</p>;
  const hasSubTorrents = header.subTorrents > 1;
  return (
    <>
      <div class="panel-scroll">
        <table class="panel-table">
          <caption>{pluralize(neighbours.length, 'neighbour')}, those in use first</caption>
          <thead>
            <tr>
              <th scope="col">Neighbour</th>
              <th scope="col" class="panel-text">
                AS
              </th>
              {hasSubTorrents && <th scope="col">Sub-torrent</th>}
              <th scope="col">May download from it</th>
              <th scope="col">Unchoked by it</th>
              <th scope="col">Unchokes it</th>
              <th scope="col">From it, Mbit/s</th>
              <th scope="col">To it, Mbit/s</th>
            </tr>
          </thead>
          <tbody {...handlers}>
            {order.slice(0, shown.value).map((key) => {
              const each = byKey.get(key)!;
              return (
                <tr key={key}>
                  <th scope="row">
                    <PeerButton run={run} peer={each.peer} />
                  </th>
                  <td class="panel-text">{header.as.name[header.peers.as[each.peer]!]}</td>
                  {hasSubTorrents && <td>{each.subTorrent}</td>}
                  <td>{yesOrNo(each.mayDownload)}</td>
                  <td>{yesOrNo(each.hasUnchokedUs)}</td>
                  <td>{yesOrNo(each.isUnchoked)}</td>
                  <td>{each.fromKbps === 0 ? NONE : mbps(each.fromKbps)}</td>
                  <td>{each.toKbps === 0 ? NONE : mbps(each.toKbps)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <MoreButton
        hidden={neighbours.length - shown.value}
        onMore={(more) => {
          shown.value += more;
        }}
      />
    </>
  );
}

/** Distinguishes connections to one neighbour in several sub-torrents. */
function keyOf({ peer, subTorrent }: PeerNeighbour): string {
  return `${subTorrent} ${peer}`;
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no';
}
