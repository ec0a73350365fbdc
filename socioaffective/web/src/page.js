/** What runs in a page of a published notebook. */
import { boot } from "./host.js";

const SCROLLING = "pre, .table, .output, math[display=block]";

/** Lets the keyboard reach what has to be scrolled, and only that. */
function reach() {
  for (const el of document.querySelectorAll(SCROLLING)) {
    if (el.scrollWidth > el.clientWidth) el.setAttribute("tabindex", "0");
    else el.removeAttribute("tabindex");
  }
}

addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);
await boot();
reach();
document.documentElement.dataset.page = "ready";
