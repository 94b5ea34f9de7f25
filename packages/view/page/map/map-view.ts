/**
 * The map of a run on an element of the page: follows the signals of the page, draws a picture when
 * something has changed, and turns pointer and keys into what is open, selected, or has the focus.
 */

import { effect, type Signal, signal } from '@preact/signals';

import type { PageState, RunState } from '../state.ts';
import { paletteOf, theme } from '../theme.ts';
import { Camera } from './camera.ts';
import { circleOf, circleOfAll } from './detail.ts';
import { currentFocus, firstPeer, firstSystem, focusByStep, focusInDirection } from './focus.ts';
import { type MapContents, targetAt } from './hit.ts';
import { type Command, commandOf, ZOOM_FACTOR } from './keys.ts';
import { Members } from './members.ts';
import { Picture } from './picture.ts';
import { type Circle, isSameTarget, type Target, type Viewport } from './target.ts';
import { bandReference, roundUp } from './traffic.ts';

/** A target under the pointer, and where the pointer is on the map, in pixels. */
export interface Hover {
  readonly target: Target;
  readonly x: number;
  readonly y: number;
}

/** The map of a run. */
export class MapView {
  /** What has the focus of the keyboard, while the map has it. */
  readonly focus: Signal<Target | undefined> = signal(undefined);
  /** What is under the pointer. */
  readonly hover: Signal<Hover | undefined> = signal(undefined);
  /** Which part of the map is on the screen. */
  readonly viewport: Signal<Viewport | undefined> = signal(undefined);
  /** Whether the map cannot be drawn. */
  readonly isUnavailable: Signal<boolean> = signal(false);

  readonly #element: HTMLElement;
  readonly #page: PageState;
  readonly #run: RunState;
  readonly #camera: Camera;
  readonly #abort = new AbortController();
  readonly #resizes = new ResizeObserver(() => this.#resize());
  readonly #disposals: (() => void)[] = [];
  #picture: Picture | undefined;
  #members: Members | undefined;
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(element: HTMLElement, page: PageState, run: RunState) {
    this.#element = element;
    this.#page = page;
    this.#run = run;
    this.#camera = new Camera(element, () => this.#onMove());
    this.#listen();
    this.#follow();
    void this.#start();
  }

  /** Zooms in, or out. */
  zoom(direction: 'in' | 'out'): void {
    this.#camera.zoomBy(direction === 'in' ? ZOOM_FACTOR : 1 / ZOOM_FACTOR);
  }

  /** Shows all AS. */
  fit(): void {
    const layout = this.#run.layout.peek();
    if (layout !== undefined) this.#camera.show(circleOfAll(layout));
  }

  /** Where the upper edge of a target is, in pixels of the map. */
  placeOf(target: Target, viewport: Viewport): { readonly x: number; readonly y: number } {
    const circle = this.#circleOf(target);
    if (circle === undefined) return { x: 0, y: 0 };
    const { scale, left, top } = viewport;
    return { x: circle.x * scale + left, y: (circle.y - circle.radius) * scale + top };
  }

  destroy(): void {
    this.#abort.abort();
    this.#resizes.disconnect();
    for (const dispose of this.#disposals) dispose();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#camera.destroy();
    this.#picture?.destroy();
    this.#picture = undefined;
  }

  async #start(): Promise<void> {
    try {
      const picture = await Picture.create();
      if (this.#abort.signal.aborted) {
        picture.destroy();
        return;
      }
      const { canvas } = picture;
      canvas.setAttribute('aria-hidden', 'true');
      const { signal } = this.#abort;
      canvas.addEventListener('webglcontextrestored', () => this.#invalidate(), { signal });
      this.#element.append(canvas);
      this.#picture = picture;
      this.#resizes.observe(this.#element);
      this.#resize();
    } catch (error) {
      console.warn('The map cannot be drawn:', error);
      this.isUnavailable.value = true;
    }
  }

  #follow(): void {
    const run = this.#run;
    const reference = bandReference(this.#page);
    this.#disposals.push(
      effect(() => {
        const header = run.header.value;
        const layout = run.layout.value;
        this.#members =
          header === undefined ? undefined : new Members(header.peers.as, header.as.name.length);
        if (layout === undefined) return;
        this.#resize();
        this.#camera.show(circleOfAll(layout), false);
        this.#showOpen(run.openAs.peek(), false);
      }),
      effect(() => {
        // The largest comes first.
        const largest = roundUp(run.scene.value?.traffic.kbps[0] ?? 0);
        if (largest > reference.peek()) reference.value = largest;
      }),
      run.openAs.subscribe(later((as) => this.#showOpen(as, true))),
      run.peer.subscribe(later((peer) => this.#showPeer(peer))),
      effect(() => {
        for (const signal of [run.scene, run.layout, run.header, run.openAs, run.peer]) {
          void signal.value;
        }
        for (const signal of [theme, reference, this.focus]) void signal.value;
        this.#invalidate();
      }),
    );
  }

  #listen(): void {
    const element = this.#element;
    const { signal } = this.#abort;
    const on = <Name extends keyof HTMLElementEventMap>(
      name: Name,
      listener: (event: HTMLElementEventMap[Name]) => void,
    ): void => element.addEventListener(name, listener, { signal });
    on('click', (event) => this.#onClick(event));
    on('pointermove', (event) => this.#onPointer(event));
    on('pointerleave', () => {
      this.hover.value = undefined;
    });
    on('keydown', (event) => this.#onKey(event));
    on('focus', () => {
      if (element.matches(':focus-visible')) this.#focus(this.#current());
    });
    on('blur', () => {
      this.focus.value = undefined;
    });
    // A tooltip under the pointer can be dismissed wherever the focus is.
    const dismiss = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || this.hover.peek() === undefined) return;
      this.hover.value = undefined;
      if (document.activeElement === element) event.stopPropagation();
    };
    document.addEventListener('keydown', dismiss, { signal, capture: true });
  }

  #onMove(): void {
    this.viewport.value = this.#camera.viewport;
    this.hover.value = undefined;
    this.#invalidate();
  }

  #onClick(event: MouseEvent): void {
    // The second click of two is part of a double click, which zooms.
    if (event.detail > 1) return;
    const target = this.#targetAt(event);
    this.focus.value = undefined;
    if (target?.peer !== undefined) {
      this.#run.select(target.peer);
    } else {
      this.#run.peer.value = undefined;
      this.#run.openAs.value = target?.as;
    }
  }

  #onPointer(event: PointerEvent): void {
    // While a button is down, the map is dragged. A finger does not hover.
    const canHover = event.buttons === 0 && event.pointerType !== 'touch';
    const target = canHover ? this.#targetAt(event) : undefined;
    const { left, top } = this.#element.getBoundingClientRect();
    this.hover.value =
      target === undefined
        ? undefined
        : { target, x: event.clientX - left, y: event.clientY - top };
    this.#element.style.cursor = target === undefined ? '' : 'pointer';
  }

  #onKey(event: KeyboardEvent): void {
    const command = commandOf(event);
    if (command !== undefined && this.#obey(command)) event.preventDefault();
  }

  /** Does what a key asks for; returns whether there was something to do. */
  #obey(command: Command): boolean {
    const contents = this.#contents();
    if (contents === undefined) return false;
    const focus = this.#current();
    switch (command.kind) {
      case 'zoom':
        this.#camera.zoomBy(command.factor);
        return true;
      case 'fit':
        this.fit();
        return true;
      case 'back':
        return this.#goBack();
      case 'enter':
        this.#enter(focus, contents);
        return true;
      case 'move':
        if (focus !== undefined) {
          // The first key shows where the focus is.
          const isNew = this.focus.peek() === undefined && contents.openAs === undefined;
          this.#focus(isNew ? focus : focusInDirection(focus, command.direction, contents));
        }
        return true;
      case 'step':
        if (focus !== undefined) this.#focus(focusByStep(focus, command.by, contents));
        return true;
    }
  }

  #enter(focus: Target | undefined, contents: MapContents): void {
    if (focus === undefined) return;
    if (focus.peer !== undefined) {
      this.#run.select(focus.peer);
    } else {
      this.#run.openAs.value = focus.as;
      this.focus.value = firstPeer(focus.as, contents);
    }
  }

  #goBack(): boolean {
    const { openAs, peer } = this.#run;
    const as = openAs.peek();
    if (peer.peek() !== undefined) {
      peer.value = undefined;
    } else if (as !== undefined) {
      openAs.value = undefined;
      this.focus.value = { as };
    } else if (this.focus.peek() !== undefined) {
      this.focus.value = undefined;
    } else {
      return false;
    }
    return true;
  }

  #focus(target: Target | undefined): void {
    if (isSameTarget(target, this.focus.peek())) return;
    this.hover.value = undefined;
    this.focus.value = target;
    if (target !== undefined) this.#reveal(target);
  }

  /** Where the focus is, or would be: on the selected peer, if there is one. */
  #current(): Target | undefined {
    const contents = this.#contents();
    if (contents === undefined) return undefined;
    const { openAs } = contents;
    const peer = this.#run.peer.peek();
    const selected = openAs === undefined || peer === undefined ? undefined : { as: openAs, peer };
    return currentFocus(this.focus.peek() ?? selected, contents) ?? firstSystem(contents);
  }

  /** Shows the AS that is open, or all. */
  #showOpen(as: number | undefined, isSmooth: boolean): void {
    const layout = this.#run.layout.peek();
    if (layout === undefined) return;
    const circle = as === undefined ? undefined : this.#circleOf({ as });
    if (circle === undefined) this.#camera.show(circleOfAll(layout), isSmooth);
    else if (!this.#camera.isCloseTo(circle)) this.#camera.show(circle, isSmooth);
  }

  /** Shows the peer that is selected, and so much of its AS as is on the screen then. */
  #showPeer(peer: number | undefined): void {
    const as = peer === undefined ? undefined : this.#run.header.peek()?.peers.as[peer];
    const circle = as === undefined ? undefined : this.#circleOf({ as });
    if (peer === undefined || as === undefined || circle === undefined) return;
    if (this.#camera.isCloseTo(circle)) this.#reveal({ as, peer });
    else this.#camera.show(circle);
  }

  #reveal(target: Target): void {
    const circle = this.#circleOf(target);
    if (circle !== undefined) this.#camera.reveal(circle.x, circle.y);
  }

  /** The circle of an AS that has peers, or that of a peer. */
  #circleOf({ as, peer }: Target): Circle | undefined {
    const layout = this.#run.layout.peek();
    if (layout === undefined || !(layout.asRadius[as]! > 0)) return undefined;
    const circle = circleOf(layout, as);
    if (peer === undefined) return circle;
    const x = circle.x + layout.nodeX[peer]!;
    return { x, y: circle.y + layout.nodeY[peer]!, radius: 1 };
  }

  #targetAt({ clientX, clientY }: MouseEvent): Target | undefined {
    const contents = this.#contents();
    if (contents === undefined) return undefined;
    const { left, top } = this.#element.getBoundingClientRect();
    return targetAt(clientX - left, clientY - top, this.#camera.viewport, contents);
  }

  #contents(): MapContents | undefined {
    const layout = this.#run.layout.peek();
    const members = this.#members;
    if (layout === undefined || members === undefined) return undefined;
    const flags = this.#run.scene.peek()?.nodes.flags;
    return { layout, members, flags, openAs: this.#run.openAs.peek() };
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#element;
    const layout = this.#run.layout.peek();
    this.#picture?.resize(clientWidth, clientHeight);
    const all = layout === undefined ? { x: 0, y: 0, radius: 1 } : circleOfAll(layout);
    this.#camera.resize(clientWidth, clientHeight, all);
    this.#invalidate();
  }

  /** Has the picture drawn before the next frame of the screen. */
  #invalidate(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  #draw(): void {
    const picture = this.#picture;
    const contents = this.#contents();
    const header = this.#run.header.peek();
    const scene = this.#run.scene.peek();
    if (picture === undefined || contents === undefined) return;
    if (header === undefined || scene === undefined) return;
    const waitMs = picture.draw({
      ...contents,
      header,
      scene,
      viewport: this.#camera.viewport,
      palette: paletteOf(theme.peek()),
      peer: this.#run.peer.peek(),
      focus: this.focus.peek(),
      reference: bandReference(this.#page).peek(),
    });
    this.#page.framesDrawn += 1;
    clearTimeout(this.#timer);
    if (waitMs > 0) this.#timer = setTimeout(() => this.#invalidate(), waitMs);
  }
}

/** A subscriber that is not told the value that there is already. */
function later<Value>(subscriber: (value: Value) => void): (value: Value) => void {
  let isFirst = true;
  return (value) => {
    if (!isFirst) subscriber(value);
    isFirst = false;
  };
}
