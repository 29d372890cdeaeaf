/* Says when the page no longer hears from the server, and takes it back once it does: it redraws itself then. */

export default function connection(stream) {
  const show = (isLost) => {
    document.getElementById("connection").hidden = !isLost;
  };
  stream.addEventListener("htmx:sse:error", () => show(true));
  stream.addEventListener("htmx:error", () => show(true));
  stream.addEventListener("htmx:sse:after:connection", ({ detail }) => show(detail.connection.status >= 400));
}
