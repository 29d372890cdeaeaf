/* Says what was swapped in (data-announce) through the page's one lasting live region: a region that arrives with its words is not read. */

export default function announce(element) {
  document.getElementById("live").textContent = element.dataset.announce;
}
