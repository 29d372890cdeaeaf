/* Keeps the page's address at what the list shows (data-url), so that it can be kept, shared and reloaded. */

export default function address(list) {
  const show = () => {
    if (location.pathname + location.search !== list.dataset.url) history.replaceState(history.state, "", list.dataset.url);
  };
  const observer = new MutationObserver(show);
  observer.observe(list, { attributeFilter: ["data-url"] });
  return () => observer.disconnect();
}
