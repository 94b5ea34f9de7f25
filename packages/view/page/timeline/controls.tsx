/** The controls of the clock: to run and stop it, how fast it runs, and to set it. */

import { useSignal } from '@preact/signals';

import { canFollow, follow, jump, toEnd, togglePlay } from '../player.ts';
import type { ShellState } from '../shell/shell-state.ts';
import type { PageState } from '../state.ts';
import { clockText, parseClock } from './clock-text.ts';
import { nextEvent, previousEvent } from './go-to-event.ts';
import { SPEEDS } from './speeds.ts';

interface ControlsProps {
  readonly shell: ShellState;
}

const PLAY = 'M3 1L14 8L3 15Z';
const PAUSE = 'M3 1H7V15H3ZM9 1H13V15H9Z';
const START = 'M2 1H4V15H2ZM14 1V15L4 8Z';
const END = 'M12 1H14V15H12ZM2 1V15L12 8Z';
const PREVIOUS = 'M11 2L5 8L11 14L9 15L2 8L9 1Z';
const NEXT = 'M5 2L11 8L5 14L7 15L14 8L7 1Z';

/** All controls but the slider. */
export function Controls({ shell }: ControlsProps) {
  const { page } = shell;
  return (
    <div class="timeline-controls">
      <div class="timeline-buttons">
        <IconButton name="To the start" icon={START} act={() => jump(page, 0)} />
        <IconButton name="Previous event" icon={PREVIOUS} act={() => previousEvent(shell)} />
        <PlayButton page={page} />
        <IconButton name="Next event" icon={NEXT} act={() => nextEvent(shell)} />
        <IconButton name="To the end" icon={END} act={() => toEnd(page)} />
      </div>
      <ClockDisplay page={page} />
      <SpeedChoice page={page} />
      <FollowButton page={page} />
      <TimeField page={page} />
    </div>
  );
}

interface IconButtonProps {
  readonly name: string;
  readonly icon: string;
  readonly act: () => void;
}

function IconButton({ name, icon, act }: IconButtonProps) {
  return (
    <button type="button" class="timeline-icon" aria-label={name} title={name} onClick={act}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={icon} />
      </svg>
    </button>
  );
}

interface PageProps {
  readonly page: PageState;
}

function PlayButton({ page }: PageProps) {
  const isPlaying = page.isPlaying.value;
  return (
    <IconButton
      name={isPlaying ? 'Pause' : 'Play'}
      icon={isPlaying ? PAUSE : PLAY}
      act={() => togglePlay(page)}
    />
  );
}

function ClockDisplay({ page }: PageProps) {
  return (
    <span class="timeline-clock" title="Simulated time, and until when it can be shown">
      <b>{clockText(page.atMs.value)}</b> / {clockText(page.untilMs.value)}
    </span>
  );
}

function SpeedChoice({ page }: PageProps) {
  const speed = page.speed.value;
  const speeds = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return (
    <label class="timeline-speed">
      Speed{' '}
      <select
        value={speed}
        onChange={(event) => {
          page.speed.value = Number(event.currentTarget.value);
        }}
      >
        {speeds.map((each) => (
          <option key={each} value={each}>
            {each}×
          </option>
        ))}
      </select>
    </label>
  );
}

/** While a run is live: whether the clock is where the run is. */
function FollowButton({ page }: PageProps) {
  if (!canFollow(page)) return null;
  const isFollowing = page.isFollowing.value;
  return (
    <button
      type="button"
      aria-pressed={isFollowing}
      onClick={() => {
        if (isFollowing) page.isFollowing.value = false;
        else follow(page);
      }}
    >
      Follow live
    </button>
  );
}

function TimeField({ page }: PageProps) {
  const text = useSignal('');
  const isWrong = useSignal(false);
  const go = (event: Event): void => {
    event.preventDefault();
    const ms = parseClock(text.value);
    isWrong.value = ms === undefined;
    if (ms === undefined) return;
    jump(page, ms);
    text.value = '';
  };
  return (
    <form class="timeline-go" onSubmit={go}>
      <label>
        Go to{' '}
        <input
          type="text"
          inputMode="text"
          autocomplete="off"
          placeholder="mm:ss"
          size={8}
          value={text.value}
          aria-invalid={isWrong.value}
          aria-describedby={isWrong.value ? 'time-wrong' : undefined}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            isWrong.value = false;
          }}
        />
      </label>
      <button type="submit">Go</button>
      {isWrong.value && (
        <span id="time-wrong" class="timeline-wrong" role="alert">
          a time is such as 1:30 or 90
        </span>
      )}
    </form>
  );
}
