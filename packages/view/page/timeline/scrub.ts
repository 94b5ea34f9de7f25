/** Dragging the clock. */

import type { PageState } from '../state.ts';

/** Holds the clock while it is dragged; the function that is returned lets it go on. */
export function startScrub(page: PageState): () => void {
  const wasPlaying = page.isPlaying.value;
  page.isPlaying.value = false;
  page.isFollowing.value = false;
  return () => {
    if (wasPlaying) page.isPlaying.value = true;
  };
}
