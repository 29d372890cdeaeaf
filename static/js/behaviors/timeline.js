/* Brings now, or else the first block or working hour, into view when the timeline appears. */

export default function timeline(scroller) {
  const first = scroller.querySelector(".now-line") ?? scroller.querySelector(".block") ?? scroller.querySelector(".shade");
  if (!first) return;
  const top = first.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  scroller.scrollTop = top - scroller.clientHeight / 4;
}
