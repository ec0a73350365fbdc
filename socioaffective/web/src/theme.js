/** Returns "light" or "dark": what was asked for, or what the page around shows. */
export function shade(asked) {
  if (asked === "light" || asked === "dark") return asked;
  const lab = document.body.dataset.jpThemeLight;
  if (lab) return lab === "false" ? "dark" : "light";
  const page = document.documentElement.dataset.theme;
  if (page === "light" || page === "dark") return page;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls back whenever the page may have changed its theme; returns a function that stops it. */
export function watchTheme(changed) {
  const watcher = new MutationObserver(changed);
  watcher.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", changed);
  return () => {
    watcher.disconnect();
    media.removeEventListener("change", changed);
  };
}

/** Returns whether the reader has asked for little motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
