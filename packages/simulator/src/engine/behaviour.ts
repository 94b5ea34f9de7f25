/**
 * The interface between the engine and a model: what the engine calls (`Behaviour`), and what it
 * offers (`ActorContext`). A model needs to know nothing else of the engine.
 */

/** The index of an actor: 0, 1, 2 … */
export type ActorId = number;

/** What an actor does. In our simulation, an actor is an autonomous system with all its nodes. */
export interface Behaviour {
  /** Handles an event of the actor's queue, at its time. */
  handle(kind: number, a: number, b: number, c: number): void;

  /**
   * Receives a message that `source` sent at `sentMs`. The payload is `length` bytes of `bytes`
   * from `offset` on, and may be read only during this call.
   *
   * Outside of synchronizations this is called at the start of a window, when the actor's own clock
   * says nothing about the message. It must then do no more than schedule events, by
   * `ActorContext.scheduleArrival`. During a synchronization it may do more, since all actors are
   * at the same instant.
   *
   * Messages are received ordered by source, and those of one source in the order in which it sent
   * them. The order never depends on threads.
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
   * Runs one round of the synchronization at `atMs`, which comes before all events of that time.
   * Returns whether the actor needs another round; rounds go on while any actor needs one. All
   * messages sent in a round are received before the next one.
   */
  synchronize(round: number, atMs: number): boolean;

  /** Whether the next synchronization instant must be held. Read after every window. */
  readonly needsSync: boolean;

  /** How many results are outstanding. The run is finished when the sum over all actors is 0. */
  readonly pendingCount: number;

  /**
   * Whether the run is over, whatever is outstanding: it ends after the step in which any actor
   * says so. Absent: never.
   */
  readonly isOver?: boolean;

  /** Results, work in any unit, and messages sent so far: for progress reports only. */
  readonly doneCount: number;
  readonly workCount: number;
  readonly messageCount: number;

  /**
   * The last simulated time at which something happened that may lead to a result, unlike what
   * repeats itself for ever. While it does not change anywhere, actors are asked `mayProgress`.
   */
  readonly lastActiveMs: number;

  /**
   * Whether what is pending here may still lead to a result, of this actor or another; no actor
   * was active for `quietMs`. The run has stalled if no actor may make progress. Must change
   * nothing.
   */
  mayProgress(quietMs: number): boolean;

  /** Returns the actor's results at the end of the run: any value that can be cloned. */
  report(): unknown;
}

/** All that a behaviour can see and do. */
export interface ActorContext {
  readonly id: ActorId;

  /** The time of the current event or synchronization; 0 while the behaviour is constructed. */
  readonly nowMs: number;

  /** The order of the current event; -1 during a synchronization, which precedes all events. */
  readonly nowOrder: number;

  /** Schedules an event of this actor at `atMs`, after all those it has scheduled for that time. */
  schedule(atMs: number, kind: number, a: number, b: number, c: number): void;

  /** Like `schedule`, with an order that was taken before or came with a message. */
  scheduleAs(order: number, atMs: number, kind: number, a: number, b: number, c: number): void;

  /** Reserves `count` consecutive sequence numbers. Returns the order of the first. */
  takeOrders(count: number): number;

  /**
   * Schedules an event that a message caused, at `atMs`, which is no earlier than the message can
   * arrive. `order` is that of the message; if it causes several events, the following ones too.
   */
  scheduleArrival(atMs: number, order: number, kind: number, a: number, b: number, c: number): void;

  /**
   * Begins a message to `target`, sent now. At most `bytesMax` bytes may be written to the returned
   * view, from `offset` on; `endMessage` takes their number. `order` comes from `takeOrders`;
   * messages must be sent in ascending order.
   */
  beginMessage(target: ActorId, order: number, bytesMax: number): DataView;

  /** Where in the view of `beginMessage` the payload begins: a multiple of 8. */
  readonly offset: number;

  endMessage(byteLength: number): void;
}

/** Creates the behaviour of one actor. It may schedule the actor's first events. */
export type MakeBehaviour<Setup> = (setup: Setup, context: ActorContext) => Behaviour;
