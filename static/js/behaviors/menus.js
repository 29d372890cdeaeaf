/* Closes open menus on a click elsewhere, after a choice, and on Escape (the focus goes back to the menu's button). */

export default function menus(body) {
  const open = () => body.querySelectorAll("details.menu[open]");

  body.addEventListener("click", ({ target }) => {
    for (const menu of open()) if (!menu.contains(target) || target.closest(".menu-item")) menu.open = false;
  });
  body.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
