/**
 * What the engine asks of whoever lives in an actor, and what it offers: the whole vocabulary
 * between the engine and a model, which knows nothing else of it.
 */

/** Actors are numbered 0, 1, 2 … */
export type ActorId = number;

/** What an actor does. In our simulation: an autonomous system with all its nodes. */
export interface Behaviour {
  /** An event of its own queue happens, now. */
  handle(kind: number, a: number, b: number, c: number): void;

  /**
   * A message has come to the mailbox. It was posted at `sentMs`; what it says lies in `bytes`,
   * `length` bytes from `offset` on, and may be read only during this call.
   *
   * Outside of meetings it is called at the start of a window, when the actor's own clock says
   * nothing about the message, so it must only schedule, by `World.scheduleArrival`. In a meeting
   * it may do more: all actors stand at the same instant then.
   *
   * Messages are received in the order of their source, and of one source in the order in which
   * it posted them: never in an order that depends on threads.
   */
  receive(
    source: ActorId,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void;

  /**
   * One round of the meeting at `atMs`, which comes before all events of that instant. Returns
   * whether it needs another round; the meeting goes on while any actor does. What is posted in
   * a round is received by all before the next one.
   */
  synchronize(round: number, atMs: number): boolean;

  /** Whether the next instant of a meeting must be held. Read after every window. */
  readonly needsSync: boolean;

  /** What must still come about. The run has finished when the sum over all actors is 0. */
  readonly pendingCount: number;

  /** What has come about, and messages sent: told to who watches the run, without effect on it. */
  readonly doneCount: number;
  readonly messageCount: number;

  /** The last simulated time at which something useful happened: without that, a run stalls. */
  readonly lastActiveMs: number;

  /** What the actor has to say at the end: anything that can be cloned to another thread. */
  report(): unknown;
}

/** All that a behaviour can see and do. */
export interface ActorContext {
  readonly id: ActorId;

  /** The time of the event that happens, or of the meeting; 0 while a behaviour is made. */
  readonly nowMs: number;

  /** The order of the event that happens; -1 in a meeting, which comes before all of them. */
  readonly nowOrder: number;

  /** Makes an event of its own happen at `atMs`, after all that it has scheduled for then. */
  schedule(atMs: number, kind: number, a: number, b: number, c: number): void;

  /** The same, with an order that was taken, or came with a message, before. */
  scheduleAs(order: number, atMs: number, kind: number, a: number, b: number, c: number): void;

  /** Takes `count` consecutive sequence numbers, and returns the order of the first. */
  takeOrders(count: number): number;

  /**
   * Makes an event that a message brought happen at `atMs`: no earlier than the message can have
   * arrived. `order` is the message's own; where it brings several events, the next ones of it.
   */
  scheduleArrival(atMs: number, order: number, kind: number, a: number, b: number, c: number): void;

  /**
   * Opens a message to `target`, sent now. At most `bytesMax` bytes may be written to the view
   * returned, from `offset` on; `endPost` says how many were. Messages are posted in the order
   * of their `order`, which comes from `takeOrders`.
   */
  beginMessage(target: ActorId, order: number, bytesMax: number): DataView;

  /** Where in the view of `beginPost` the message begins: a multiple of 8. */
  readonly offset: number;

  endMessage(byteLength: number): void;
}

/** Makes the behaviour of one actor. It may schedule the actor's first events. */
export type MakeBehaviour<Setup> = (setup: Setup, world: ActorContext) => Behaviour;
