/* Shows how far the planner is while it improves a plan, as the page's stream tells; nothing once it has ended. */

export default function planner(element) {
  const stream = document.getElementById("stream");
  const show = ({ detail }) => {
    element.hidden = !detail.data;
    element.querySelector("progress").value = Number(detail.data);
  };
  stream?.addEventListener("planning", show);
  return () => stream?.removeEventListener("planning", show);
}
