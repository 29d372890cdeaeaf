/* While something is held over the calendar: asks what a drop there would move, once the hand rests, and says it. */

const REST_MS = 180;

export default function preview(note) {
  let timer = null;
  let asked = "";
  let request = null;

  async function ask(url, values) {
    request = new AbortController();
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams(values), signal: request.signal }).catch(() => null);
    if (!answer?.ok) return;
    const said = await answer.json().catch(() => null);
    if (!said || request.signal.aborted) return;
    note.textContent = said.text;
    note.toggleAttribute("data-refused", said.refused);
    note.hidden = false;
  }

  return (url, values = {}) => {
    const wanted = url ? url + JSON.stringify(values) : "";
    if (wanted === asked) return;
    asked = wanted;
    clearTimeout(timer);
    request?.abort();
    request = null;
    if (!url) note.hidden = true;
    else timer = setTimeout(() => ask(url, values), REST_MS);
  };
}
