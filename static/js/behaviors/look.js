/* The open page follows what was chosen in the settings or in the palette; the next page has it from the server. */

export default function look(body) {
  body.addEventListener("look-chosen", ({ detail }) => {
    const root = document.documentElement;
    if (detail.theme === "system") delete root.dataset.theme;
    else root.dataset.theme = detail.theme;
    body.dataset.keys = detail.keys;
  });
}
