/* Binds behaviours to elements by data-behavior, on the first page and on whatever is swapped in or morphed later.
   A behaviour is a function of its element; it may return a function that undoes it. */

import address from "./behaviors/address.js";
import announce from "./behaviors/announce.js";
import asking from "./behaviors/asking.js";
import chat from "./behaviors/chat.js";
import clock from "./behaviors/clock.js";
import connection from "./behaviors/connection.js";
import dialog from "./behaviors/dialog.js";
import drawer from "./behaviors/drawer.js";
import elapsed from "./behaviors/elapsed.js";
import example from "./behaviors/example.js";
import failures from "./behaviors/failures.js";
import fresh from "./behaviors/fresh.js";
import look from "./behaviors/look.js";
import menus from "./behaviors/menus.js";
import nowLine from "./behaviors/now-line.js";
import offline from "./behaviors/offline.js";
import order from "./behaviors/order.js";
import palette from "./behaviors/palette.js";
import permission from "./behaviors/permission.js";
import planner from "./behaviors/planner.js";
import quickAdd from "./behaviors/quick-add.js";
import reminders from "./behaviors/reminders.js";
import selection from "./behaviors/selection.js";
import shortcuts from "./behaviors/shortcuts.js";
import timeline from "./behaviors/timeline.js";
import toast from "./behaviors/toast.js";
import toasts from "./behaviors/toasts.js";
import week from "./behaviors/week.js";

const behaviors = { address, asking, chat, clock, connection, dialog, drawer, elapsed, example, failures, fresh, look, menus, "now-line": nowLine, offline, order, palette, permission, planner, "quick-add": quickAdd, reminders, selection, shortcuts, timeline, toast, toasts, week };
const bound = new Map();

function bind(element) {
  const names = element.dataset.behavior ?? "";
  if (bound.get(element)?.names === names) return;
  release(element);
  if (!names || !element.isConnected) return;
  const undo = names.split(" ").map((name) => behaviors[name](element));
  bound.set(element, { names, undo });
}

function release(element) {
  for (const undo of bound.get(element)?.undo ?? []) undo?.();
  bound.delete(element);
}

function within(node) {
  if (!(node instanceof Element)) return [];
  return [node, ...node.querySelectorAll("[data-behavior], [data-announce]")];
}

function observe(records) {
  for (const element of [...bound.keys()]) if (!element.isConnected) release(element);
  for (const { type, target, addedNodes } of records) {
    for (const element of type === "attributes" ? [target] : [...addedNodes].flatMap(within)) {
      if (!element.isConnected) continue;
      bind(element);
      if (type === "childList" && element.dataset.announce) announce(element);
    }
  }
}

new MutationObserver(observe).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-behavior"] });
document.querySelectorAll("[data-behavior]").forEach(bind);
