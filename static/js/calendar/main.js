/* The page Calendar: the grid where there is one, and the keys that move blocks in the grid and in the list alike. */

import grid from "./grid.js";
import keys from "./keys.js";

const element = document.getElementById("calendar-grid");
const items = element ? grid(element) : { post: null, find: () => null };
keys(document.querySelector(".calendar"), items);
